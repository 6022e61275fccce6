/** Which of a flag, an installation, a predecessor and a default counts, and that what is broken is not carried on. */
import { describe, expect, test } from "vitest";
import { presentOf } from "../../../test/support/installation.ts";
import { linux } from "../../platform/linux.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { parseNetwork } from "../../records/network.ts";
import type { Present } from "../../service/installation.ts";
import { holdsPort, listenPlace, plannedVariables, tokenFileOf } from "./install-variables.ts";

const nothing = presentOf();

function installed(...lines: readonly string[]): Present {
  return presentOf({ settings: `# mine\n${lines.join("\n")}\n` });
}

describe("where it listens", () => {
  const set = installed("HOSTSFILE_SERVER_PORT=5001", "HOSTSFILE_SERVER_HOST=127.0.0.1");
  const old = { predecessor: { port: "5002" } };

  test.each<[string, Parameters<typeof listenPlace>[0], Present, object]>([
    ["at first, all addresses and the usual port", {}, nothing, { host: undefined, port: 5000 }],
    ["what is installed stays", {}, set, { host: "127.0.0.1", port: 5001 }],
    ["a flag wins over it", { port: 6000, host: "::1" }, set, { host: "::1", port: 6000 }],
    ["one flag leaves the other as it is", { port: 6000 }, set, { host: "127.0.0.1", port: 6000 }],
    ["a predecessor's port wins over a package's", {}, { ...set, ...old }, { host: "127.0.0.1", port: 5002 }],
    ["a predecessor may have said none", {}, { ...set, predecessor: {} }, { host: "127.0.0.1", port: 5000 }],
    ["a flag wins over a predecessor's", { port: 6000 }, { ...nothing, ...old }, { host: undefined, port: 6000 }],
  ])("%s", (_, given, present, expected) => {
    expect(listenPlace(given, present)).toEqual(expected);
  });

  test.each(["", "many", "-1", "70000", "5e3", " "])("an installed port of %j is not carried on", (text) => {
    expect(listenPlace({}, installed(`HOSTSFILE_SERVER_PORT=${text}`)).port).toBe(5000);
    expect(listenPlace({}, { ...nothing, predecessor: { port: text } }).port).toBe(5000);
  });

  test.each(["", "localhost", "300.0.0.1"])("an installed address of %j is not carried on", (text) => {
    expect(listenPlace({}, installed(`HOSTSFILE_SERVER_HOST=${text}`)).host).toBeUndefined();
  });
});

describe("the port that something has", () => {
  const [listening, running] = [{ isListening: true }, { pid: 4711 }];
  const predecessor = { port: "5001" };

  test.each<[string, Partial<Present>, number, boolean]>([
    ["is ours where our socket holds it", listening, 5000, true],
    ["is not where another port is wanted", listening, 5001, false],
    ["is not where the service is stopped", {}, 5000, false],
    ["is not by a process alone", running, 5000, false],
    ["is the predecessor's while that runs", { ...running, predecessor }, 5001, true],
    ["is not while the predecessor rests", { ...listening, predecessor }, 5001, false],
    ["is not where the predecessor has another", { ...running, predecessor }, 5000, false],
  ])("%s", (_, part, port, expected) => {
    expect(holdsPort(presentOf(part), port)).toBe(expected);
  });
});

describe("the token", () => {
  const usual = linux.places.tokenFile;
  const elsewhere = installed("HOSTSFILE_SERVER_TOKEN_FILE=/root/token");

  test.each<[string, boolean | undefined, Present, string | undefined]>([
    ["is made at first", undefined, nothing, usual],
    ["is not with --without-token", true, nothing, undefined],
    ["stays where the user has put it", undefined, elsewhere, "/root/token"],
    ["goes with --without-token", true, elsewhere, undefined],
    ["is not made later, where the user did without", undefined, installed("HOSTSFILE_SERVER_PORT=5000"), undefined],
    [
      "is not where its variable is empty, as for the service",
      undefined,
      installed("HOSTSFILE_SERVER_TOKEN_FILE="),
      undefined,
    ],
    ["would shut out the clients of a predecessor", undefined, { ...elsewhere, predecessor: {} }, undefined],
  ])("%s", (_, withoutToken, present, expected) => {
    expect(tokenFileOf({ withoutToken }, present)).toBe(expected);
  });
});

describe("the variables of the settings file", () => {
  const listen = { host: undefined, port: 5000 };

  test("are the port at least; what is undefined is taken out", () => {
    const known = { listen, tokenFile: undefined, predecessor: undefined };
    expect(plannedVariables({}, known)).toStrictEqual({
      HOSTSFILE_SERVER_PORT: "5000",
      HOSTSFILE_SERVER_TOKEN_FILE: undefined,
    });
  });

  test("are texts as the flags take them", () => {
    const allow = ["10.0.0.0/8", "fd00::1"].map((text) => parseNetwork(text) ?? expect.fail());
    const watchDomains = ["dtk.io", "my.io"].map((text) => parseManagedDomain(text) ?? expect.fail());
    const known = { listen: { host: "::1", port: 1 }, tokenFile: "/root/token", predecessor: undefined };
    expect(plannedVariables({ allow, watchDomains }, known)).toEqual({
      HOSTSFILE_SERVER_PORT: "1",
      HOSTSFILE_SERVER_HOST: "::1",
      HOSTSFILE_SERVER_TOKEN_FILE: "/root/token",
      HOSTSFILE_SERVER_ALLOW: "10.0.0.0/8,fd00::1/128",
      HOSTSFILE_SERVER_WATCH_DOMAINS: "dtk.io,my.io",
    });
  });

  test("an empty list is said, and not what is installed", () => {
    const known = { listen, tokenFile: undefined, predecessor: undefined };
    expect(plannedVariables({ allow: [], watchDomains: [] }, known)).toMatchObject({
      HOSTSFILE_SERVER_ALLOW: "",
      HOSTSFILE_SERVER_WATCH_DOMAINS: "",
    });
  });

  test("have the switches of a predecessor, and not those that it did not have", () => {
    const variables = (predecessor: Present["predecessor"]) =>
      plannedVariables({}, { listen, tokenFile: undefined, predecessor });
    expect(variables({ debug: "true", "dry-run": "true" })).toMatchObject({
      HOSTSFILE_SERVER_DEBUG: "true",
      HOSTSFILE_SERVER_DRY_RUN: "true",
    });
    expect(variables({ port: "5000" })).not.toHaveProperty("HOSTSFILE_SERVER_DEBUG");
  });
});
