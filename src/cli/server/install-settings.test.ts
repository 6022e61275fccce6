/** What `install` can be told is what `serve` can be told, with words of its own where it is kept otherwise. */
import { describe, expect, test } from "vitest";
import { readSettings } from "../setting.ts";
import { installSettings, uninstallSettings } from "./install-settings.ts";
import { serveSettings } from "./serve-settings.ts";

const shared = ["port", "host", "allow", "clusterIP", "domains", "targets"] as const;

describe("install", () => {
  test.each(shared)("%s is the flag of serve, with the same check", (key) => {
    expect(installSettings[key].flag).toBe(serveSettings[key].flag);
    expect(installSettings[key].schema).toBe(serveSettings[key].schema);
  });

  test.each(["clusterIP", "domains", "targets"] as const)(
    "%s is told to the running server, and not saved by install",
    (key) => {
      expect([installSettings[key].isSaved, serveSettings[key].isSaved]).toEqual([false, true]);
      expect(installSettings[key].doc.startsWith(serveSettings[key].doc)).toBe(true);
      expect(installSettings[key].whenAbsent).toBe("what the server has");
    },
  );

  test.each(["port", "host", "allow"] as const)("%s that is not given stays as it is installed", (key) => {
    expect(installSettings[key].whenAbsent).toMatch(/^what is installed, at first /);
  });

  test("a wrong value is named by install's own flag", () => {
    const invocation = { program: "hostsfile-server", flags: { port: "x" }, words: [], environment: {} };
    expect(() => readSettings(installSettings, invocation)).toThrow('--port: "x" is not a port');
  });
});

test("nothing is asked for and nothing is kept unless that is said", () => {
  const invocation = { program: "hostsfile-server", flags: {}, words: [], environment: {} };
  for (const declared of [installSettings, uninstallSettings]) {
    const { given } = readSettings(declared, invocation);
    expect(Object.values(given).filter((value) => value !== undefined)).toEqual([]);
  }
});
