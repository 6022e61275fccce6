import { expect, test } from "vitest";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { type Desktop, domainsToRead, readAddresses, readDesktop, writeAddresses, writeDesktop } from "./desktop.ts";

const domains = (...texts: readonly string[]): readonly ManagedDomain[] => texts as readonly ManagedDomain[];

test("an invitation and a desktop read back as they were, and nothing else opens anything", () => {
  const invited: Desktop = { invitation: "h", domains: domains("dev.example.com"), at: "2026", expires: "2027" };
  const joined: Desktop = { ...invited, joined: { token: "t", desktop: "d", at: "2026" } };
  for (const desktop of [invited, joined]) expect(readDesktop(writeDesktop(desktop))).toEqual(desktop);
  for (const odd of [
    "",
    "null",
    "[]",
    "{}",
    '{"invitation":"h","domains":[1],"at":"","expires":""}',
    writeDesktop(joined).replace('"t"', "1"),
  ]) {
    expect([odd, readDesktop(odd)]).toEqual([odd, undefined]);
  }
});

test("the addresses read back as they were", () => {
  for (const addresses of [
    { servers: "https://t1", authority: "PEM" },
    { servers: "https://t1", authority: undefined },
  ]) {
    expect(readAddresses(writeAddresses(addresses))).toEqual(addresses);
  }
  expect(readAddresses("{}")).toBeUndefined();
});

test("a desktop reads what it wants as far as it may, and never all because it may have nothing of that", () => {
  const [dev, qa, example] = ["dev.example.com", "qa.example.com", "example.com"];
  expect(domainsToRead([], [])).toEqual([]);
  expect(domainsToRead([], domains(qa, dev))).toEqual([dev, qa]);
  expect(domainsToRead(domains(dev), [])).toEqual([dev]);
  expect(domainsToRead(domains(dev), domains(example))).toEqual([dev]);
  expect(domainsToRead(domains(example), domains(dev, `a.${dev}`))).toEqual([dev]);
  expect(domainsToRead(domains(dev), domains(qa))).toBeUndefined();
  expect(domainsToRead(domains(dev), domains("evildev.example.com"))).toBeUndefined();
});
