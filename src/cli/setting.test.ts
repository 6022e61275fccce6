/** Settings come from flags, else from the environment, and every bad one is named. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { oneText, parsedBy } from "../base/text-schema.ts";
import { TroubleError } from "../base/trouble.ts";
import { serveSettings } from "./server/serve-settings.ts";
import { type FlagValues, describeSetting, environmentName, flagUsage, readSettings, readWords } from "./setting.ts";

function read(flags: FlagValues, environment: Record<string, string> = {}) {
  return readSettings(serveSettings, { program: "hostsfile-server", flags, words: [], environment }).given;
}

test("a flag wins over its twin in the environment", () => {
  expect(read({ port: "1" }, { HOSTSFILE_SERVER_PORT: "2" }).port).toBe(1);
  expect(read({}, { HOSTSFILE_SERVER_PORT: "2" }).port).toBe(2);
  expect(read({}, { HOSTSFILE_SERVER_PORT: "" }).port).toBeUndefined();
  expect(read({}).port).toBeUndefined();
});

test.each<[FlagValues, keyof typeof serveSettings, unknown]>([
  [{ domains: "dtk.io, MyDomain.io." }, "domains", ["dtk.io", "mydomain.io"]],
  [{ domains: "" }, "domains", []],
  [{ clusterIp: "fd00::1,192.0.2.1" }, "clusterIP", { clusterIPs: ["192.0.2.1", "fd00::1"], followsCaller: false }],
  [{ clusterIp: "auto" }, "clusterIP", { followsCaller: true }],
  [{ forgetAfter: "14d" }, "forgetAfter", 1_209_600_000],
  [{ forgetAfter: "90m" }, "forgetAfter", 5_400_000],
  [
    { allow: ["10.0.0.0/8,192.0.2.1", "fd00::/8"] },
    "allow",
    [expect.objectContaining({ bits: 8 }), expect.objectContaining({ bits: 32 }), expect.objectContaining({ bits: 8 })],
  ],
  [{ dryRun: true }, "dryRun", true],
  [{ targets: "record" }, "targets", "record"],
  [{ stateDir: "x" }, "stateFolder", "x"],
])("%j gives %s", (flags, key, expected) => {
  expect(read(flags)[key]).toEqual(expected);
});

test.each([
  ["1", true],
  ["TRUE", true],
  ["yes", true],
  ["on", true],
  ["0", false],
  ["false", false],
  ["no", false],
  ["off", false],
])("a switch in the environment set to %j is %j", (text, expected) => {
  expect(read({}, { HOSTSFILE_SERVER_DEBUG: text }).debug).toBe(expected);
});

describe("bad values", () => {
  test("are all named at once, each with where it came from", () => {
    const environment = { HOSTSFILE_SERVER_DRY_RUN: "maybe", HOSTSFILE_SERVER_HOST: "nowhere" };
    const attempt = (): unknown => read({ port: "70000", clusterIp: "192.0.2.1,192.0.2.2" }, environment);
    expect(attempt).toThrow(TroubleError);
    expect(attempt).toThrow(
      /--cluster-ip: .*\n +--port: "70000" is not a port.*\n +HOSTSFILE_SERVER_DRY_RUN: "maybe" is not on or off\.\n +HOSTSFILE_SERVER_HOST: /,
    );
  });
});

test("every setting has a flag of its own, and an environment twin that is derived from it", () => {
  const flags = Object.values(serveSettings).map(({ flag }) => flag);
  expect(new Set(flags).size).toBe(flags.length);
  expect(environmentName(serveSettings.clusterIP, "hostsfile-server")).toBe("HOSTSFILE_SERVER_CLUSTER_IP");
});

describe("arguments without a flag", () => {
  const number = z.pipe(
    oneText,
    parsedBy((text) => (/^\d+$/.test(text) ? Number(text) : undefined), "a number"),
  );
  const declared = {
    from: { placeholder: "FROM", doc: "The first.", schema: number },
    to: { placeholder: "TO", doc: "The last.", optional: true, schema: number },
  } as const;
  const readAll = (...words: readonly string[]) =>
    readWords(declared, { program: "count", flags: {}, words, environment: { COUNT_FROM: "9" } });

  test("are taken in their order, and the last may be left out", () => {
    expect(readAll("1", "2")).toEqual({ from: 1, to: 2 });
    expect(readAll("1")).toEqual({ from: 1, to: undefined });
    expect(readWords(undefined, { program: "count", flags: {}, words: [], environment: {} })).toEqual({});
  });

  test("have no twin in the environment: one that must be there is refused as an empty text", () => {
    expect(() => readAll()).toThrow('FROM: "" is not a number.');
  });

  test("are all named where they are wrong, by their placeholders, with the program's help", () => {
    expect(() => readAll("a", "b")).toThrow('FROM: "a" is not a number.\n  TO: "b" is not a number.');
    try {
      readAll("a");
      expect.unreachable();
    } catch (error) {
      expect(error).toMatchObject({ code: "wrong-usage", exitCode: 2, hint: "See count --help." });
    }
  });
});

test("a setting that the server keeps says so, and a switch takes no value", () => {
  const { clusterIP, debug } = serveSettings;
  expect(describeSetting(clusterIP)).toBe(`${clusterIP.doc} Saved.`);
  expect(describeSetting(debug)).toBe(debug.doc);
  expect([flagUsage(clusterIP), flagUsage(debug)]).toEqual(["--cluster-ip <ADDRESS>", "--debug"]);
});
