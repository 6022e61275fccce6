/** Does a browser of this user ask a DNS server of its own and pass by the hosts file? Then a name works everywhere but there. */
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Check, type Finding, ok } from "../check.ts";

/** Where Firefox keeps profiles: of its own, of snap and of flatpak. */
const profileFolders = [
  ".mozilla/firefox",
  "snap/firefox/common/.mozilla/firefox",
  ".var/app/org.mozilla.firefox/.mozilla/firefox",
];

export const browser: Check = {
  id: "browser",
  title: "Browsers look into the hosts file",
  needs: [],
  run: async ({ readFile }) => {
    const profiles = await Promise.all(profileFolders.map(async (folder) => profilesIn(join(homedir(), folder))));
    const texts = await Promise.all(
      profiles
        .flat()
        .flatMap((profile) => [join(profile, "prefs.js"), join(profile, "user.js")])
        .map(async (path) => readFile(path).catch(() => undefined)),
    );
    return [judgeFirefox(texts.map((text) => text?.toString("utf8") ?? ""))];
  },
};

async function profilesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => join(folder, entry.name));
}

/**
 * Judges Firefox's preferences. Chromium looks into the hosts file before it asks anybody.
 *
 * @param texts - of prefs.js and user.js of each profile
 */
export function judgeFirefox(texts: readonly string[]): Finding {
  const asksOutside = texts.some((text) => /"network\.trr\.mode",\s*[23]\)/.test(text));
  const passesBy = texts.some((text) => /"network\.trr\.exclude-etc-hosts",\s*false\)/.test(text));
  if (!asksOutside || !passesBy) return ok("No browser of yours is set to pass by the hosts file.");
  return {
    grade: "note",
    code: "browser-own-dns",
    message: "A profile of Firefox uses DNS over HTTPS, and so ignores the hosts file.",
    hint: "In about:config set network.trr.exclude-etc-hosts to true. about:networking#dns shows what it knows.",
  };
}
