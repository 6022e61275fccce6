/** When ExternalDNS must restart to see a domain, and when not. */
import { expect, test } from "vitest";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { domainFilter, unseenDomains } from "./negotiation.ts";

function manage(...names: string[]) {
  return { domains: names.flatMap((name) => parseManagedDomain(name) ?? []) };
}

test.each([
  { now: ["dtk.io"], told: undefined, unseen: [], why: "it has not asked yet" },
  { now: ["dtk.io"], told: ["dtk.io"], unseen: [], why: "nothing changed" },
  { now: ["dtk.io", "new.io"], told: ["dtk.io"], unseen: ["new.io"], why: "a domain was added" },
  { now: ["dtk.io", "sub.dtk.io"], told: ["dtk.io"], unseen: [], why: "the new one lies under a known one" },
  { now: ["dtk.io"], told: ["sub.dtk.io"], unseen: ["dtk.io"], why: "the new one lies above a known one" },
  { now: ["evildtk.io"], told: ["dtk.io"], unseen: ["evildtk.io"], why: "a label border counts" },
  { now: ["dtk.io"], told: ["dtk.io", "old.io"], unseen: [], why: "a removed one is refused when it is offered" },
  { now: ["dtk.io"], told: [], unseen: [], why: "it was told that everything matches" },
])("managed $now, told $told: unseen $unseen, since $why", ({ now, told, unseen }) => {
  const negotiation = told === undefined ? undefined : { at: 0, include: told };
  expect(unseenDomains(manage(...now), negotiation)).toEqual(unseen);
});

test("the list is left out when there is none, as an empty one would mean the same", () => {
  expect(JSON.stringify(domainFilter(manage()))).toBe("{}");
  expect(JSON.stringify(domainFilter(manage("DTK.io.")))).toBe('{"include":["dtk.io"]}');
});
