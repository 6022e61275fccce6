/** A value of config.yaml is declared once: its flag, its place in the file and its default follow from the entry. */
import { describe, expect, test } from "vitest";
import { entries, entryKeys, hasFlag, pathText } from "../../dtk/configuration/entry.ts";
import { readConfiguration } from "../../dtk/configuration/read.ts";
import { resolveConfiguration, valuesOf } from "../../dtk/configuration/resolve.ts";
import { givenValues } from "./given.ts";
import { valueSettings } from "./settings.ts";

const file = readConfiguration({ path: "config.yaml", text: "dns: {domain: dtk.io}\n" });

describe.each(entryKeys.filter(hasFlag))("%s", (key) => {
  test("has the flag of its entry, and says where it is in the file", () => {
    const { flag, placeholder, path } = entries[key];
    expect(valueSettings[key]).toMatchObject({
      flag,
      placeholder,
      whenAbsent: `${pathText(path)} in the configuration`,
    });
  });

  test("is what the flag says, whatever the file says", () => {
    const given = { [key]: "given" } as unknown as Parameters<typeof givenValues>[0];
    const sources = { [key]: "--flag" } as unknown as Parameters<typeof givenValues>[1];
    const configuration = resolveConfiguration({ file, given: givenValues(given, sources), home: "/home/me" });
    expect(configuration[key]).toEqual({ value: "given", origin: { kind: "flag", name: "--flag" } });
  });
});

test("entries without a flag have none", () => {
  expect(Object.keys(valueSettings).toSorted()).toEqual(entryKeys.filter(hasFlag).toSorted());
});

test("every entry is a value of what the user asked for", () => {
  const values = valuesOf(resolveConfiguration({ file, given: {}, home: "/home/me" }));
  expect(Object.keys(values)).toEqual([...entryKeys]);
  expect(values).toMatchObject({ domains: ["dtk.io"], port: 5000, cluster: "default", targets: "auto" });
});
