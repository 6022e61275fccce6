import { parseEnv } from "node:util";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { linux } from "../platform/linux.ts";
import { changeSettings, settingsHeading } from "./settings-text.ts";

describe("the settings file", () => {
  test("a new one explains itself", () => {
    const text = changeSettings(settingsHeading(linux), {
      HOSTSFILE_SERVER_PORT: "5000",
      HOSTSFILE_SERVER_HOST: undefined,
    });
    expect(text).toMatch(/^# Settings of the service/);
    expect(parseEnv(text)).toEqual({ HOSTSFILE_SERVER_PORT: "5000" });
  });

  test("the user's lines stay where they are", () => {
    const text = "# mine\n\nHOSTSFILE_SERVER_DEBUG=true\nHOSTSFILE_SERVER_PORT=5000\nOTHER=1\n";
    expect(changeSettings(text, { HOSTSFILE_SERVER_PORT: "5001" })).toBe(text.replace("5000", "5001"));
  });

  test("what is given as absent is taken out, and what is not mentioned stays", () => {
    const text = "HOSTSFILE_SERVER_TOKEN_FILE=/x\nHOSTSFILE_SERVER_PORT=5000\n";
    expect(changeSettings(text, { HOSTSFILE_SERVER_TOKEN_FILE: undefined })).toBe("HOSTSFILE_SERVER_PORT=5000\n");
    expect(changeSettings(text, {})).toBe(text);
  });

  test("a file without a line end gets one, and a second change nothing", () => {
    const once = changeSettings("HOSTSFILE_SERVER_PORT=5000", { HOSTSFILE_SERVER_ALLOW: "192.0.2.0/24,fd00::/8" });
    expect(once).toBe("HOSTSFILE_SERVER_PORT=5000\nHOSTSFILE_SERVER_ALLOW=192.0.2.0/24,fd00::/8\n");
    expect(changeSettings(once, { HOSTSFILE_SERVER_ALLOW: "192.0.2.0/24,fd00::/8" })).toBe(once);
  });

  test("a path with blanks is read back as it was", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[a-z0-9 ._-]{0,20}$/), (path) => {
        const text = changeSettings(settingsHeading(linux), { HOSTSFILE_SERVER_TOKEN_FILE: path });
        expect(parseEnv(text)).toEqual({ HOSTSFILE_SERVER_TOKEN_FILE: path });
      }),
    );
  });
});
