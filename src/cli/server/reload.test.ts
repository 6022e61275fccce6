import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { formatNetwork } from "../../records/network.ts";
import { type Admission, type Started, admissionOf, reload } from "./reload.ts";
import { serveSettings } from "./serve-settings.ts";
import { type FlagValues, readSettings } from "../setting.ts";

const token = "0123456789abcdef";

function start(flags: FlagValues, environment: Readonly<Record<string, string>> = {}): Started {
  const { given, sources } = readSettings(serveSettings, {
    program: "hostsfile-server",
    flags,
    words: [],
    environment,
  });
  return { settings: given, sources };
}

/** Reloads from a settings file with this text; `$TOKEN` is replaced by a file with a token. */
function reloadFrom(text: string, started: Started = start({})): { admission: Admission; said: string[] } {
  using folder = temporaryFolder();
  const file = join(folder.path, "environment");
  writeFileSync(join(folder.path, "token"), `${token}\n`);
  writeFileSync(file, text.replaceAll("$TOKEN", join(folder.path, "token")));
  const said: string[] = [];
  const write = (fields: object, message: string): void => void said.push(`${JSON.stringify(fields)} ${message}`);
  const log = { debug: write, info: write, warn: write, error: write };
  return { admission: reload(file, { ...started, before: admissionOf(started.settings), log }), said };
}

function allowOf({ allow }: Admission): string[] | undefined {
  return allow?.map(formatNetwork);
}

describe("reload", () => {
  test("takes over the allow list and the token", () => {
    const { admission, said } = reloadFrom("HOSTSFILE_SERVER_ALLOW=192.0.2.0/24\nHOSTSFILE_SERVER_TOKEN_FILE=$TOKEN\n");
    expect(allowOf(admission)).toEqual(["192.0.2.0/24"]);
    expect(admission.tokenFile).toMatch(/\/token$/);
    expect(said.join()).not.toContain(token);
  });

  test("what is gone from the file is gone", () => {
    const { admission } = reloadFrom("", start({}, { HOSTSFILE_SERVER_ALLOW: "192.0.2.0/24" }));
    expect(admission.allow).toBeUndefined();
  });

  test("a flag stays", () => {
    const { admission } = reloadFrom("HOSTSFILE_SERVER_ALLOW=192.0.2.0/24", start({ allow: ["198.51.100.0/24"] }));
    expect(allowOf(admission)).toEqual(["198.51.100.0/24"]);
  });

  test("another port than the socket's is said, with the way to change it; no restart would", () => {
    const { said } = reloadFrom("HOSTSFILE_SERVER_PORT=5001\nHOSTSFILE_SERVER_HOST=127.0.0.1", {
      ...start({}, { HOSTSFILE_SERVER_PORT: "5000" }),
      heldPort: 5000,
    });
    expect(said.join("\n")).toMatch(/Port 5001 is named.* holds port 5000.*systemctl edit --full/);
    expect(said.join("\n")).not.toContain("restart-needed");
  });

  test("the socket's own port is nothing to speak of", () => {
    const { said } = reloadFrom("HOSTSFILE_SERVER_PORT=5000", { ...start({}), heldPort: 5000 });
    expect(said).toHaveLength(1);
  });

  test.each([["a bad value", "HOSTSFILE_SERVER_ALLOW=nonsense", "HOSTSFILE_SERVER_ALLOW"]])(
    "%s changes nothing and is said",
    (_, text, named) => {
      const started = start({}, { HOSTSFILE_SERVER_ALLOW: "203.0.113.0/24" });
      const { admission, said } = reloadFrom(text, started);
      expect(allowOf(admission)).toEqual(["203.0.113.0/24"]);
      expect(said).toEqual([expect.stringContaining(named)]);
      expect(said[0]).toContain("Nothing was taken over");
    },
  );

  test("a file that cannot be read changes nothing and is said", () => {
    const said: string[] = [];
    const write = (_: object, message: string): void => void said.push(message);
    const log = { debug: write, info: write, warn: write, error: write };
    const before = { allow: undefined, watchDomains: undefined, tokenFile: "/somewhere/token" };
    expect(reload("/nowhere/environment", { ...start({}), before, log })).toBe(before);
    expect(said[0]).toContain("systemctl reload");
  });

  test("what only a restart takes over is named", () => {
    const { said } = reloadFrom("HOSTSFILE_SERVER_DEBUG=true\nHOSTSFILE_SERVER_HOSTS_FILE=/x");
    expect(said[1]).toContain("HOSTSFILE_SERVER_DEBUG, HOSTSFILE_SERVER_HOSTS_FILE");
    expect(reloadFrom("HOSTSFILE_SERVER_ALLOW=192.0.2.0/24").said).toHaveLength(1);
  });
});
