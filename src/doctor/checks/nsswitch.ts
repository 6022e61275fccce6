/** Do programs look into the hosts file at all, and before others answer? That is what nsswitch.conf says. */
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, type Fix, ok } from "../check.ts";
import { type LookupSource, endsAtUnknown } from "../looks/nsswitch.ts";
import { type Resolver, lookAtResolver } from "../looks/resolver.ts";
import { platform } from "../../platform/current.ts";
import { nsswitchFile } from "../../platform/linux-files.ts";

export const nsswitch: Check = {
  id: "nsswitch",
  title: "Programs look into the hosts file",
  needs: [],
  run: async ({ once }) => [judgeNsswitch(await once(lookAtResolver))],
};

/** Sources that answer for nothing but this machine, its containers and what they are told, so they hide no name of ours. */
const harmless = /^(?:files|myhostname|mymachines|libvirt|libvirt_guest|altfiles|db|winbind|wins)$/;

/** Judges the line of the database `hosts`. */
export function judgeNsswitch({ hasNsswitch, isNsswitchThere, sources, resolved }: Resolver): Finding {
  if (!hasNsswitch) return ok("This system's resolver always looks into the hosts file.");
  if (sources === undefined) return withoutLine(isNsswitchThere);
  const place = sources.findIndex(({ name }) => name === "files");
  const before = sources.slice(0, place === -1 ? sources.length : place).filter(({ name }) => !harmless.test(name));
  const [first] = before;
  const byResolved = before.some(({ name }) => name === "resolve") && resolved.isRunning && resolved.readsHosts;
  if (place === -1 && !byResolved) return withoutFiles(sources);
  if (first === undefined) return ok(`Programs look into the hosts file first (${nsswitchFile}).`);
  if (first.name === "resolve" && byResolved) return throughResolved;
  return before.some((source) => endsAtUnknown(source) && !isMulticast(source)) ? unreached(sources) : late(first);
}

/** Multicast sources end the search for names in `.local` alone. */
function isMulticast({ name }: LookupSource): boolean {
  return name.startsWith("mdns");
}

/** glibc without a line asks DNS, and the file only when no DNS server answers (nss_database.c). */
function withoutLine(isThere: boolean): Finding {
  const command = String.raw`printf 'hosts: files dns\n' | ${platform.commands.asRoot(`tee -a ${nsswitchFile}`)}`;
  return {
    grade: "problem",
    code: "nsswitch-no-files",
    message: `${nsswitchFile} ${isThere ? "has no line for hosts" : "is not there"}: programs ask DNS and do not look into the hosts file.`,
    hint: "Write the line:",
    command,
  };
}

function withoutFiles(sources: readonly LookupSource[]): Finding {
  return {
    grade: "problem",
    ...repairing(String.raw`s/^(\s*hosts:)/\1 files/`),
    code: "nsswitch-no-files",
    message: `${nsswitchFile} has no \`files\` for hosts (${namesOf(sources)}): programs do not look into the hosts file.`,
  };
}

function unreached(sources: readonly LookupSource[]): Finding {
  return {
    grade: "problem",
    ...repairing(filesFirst),
    code: "nsswitch-files-unreached",
    message: `${nsswitchFile} ends the search before it comes to the hosts file (${namesOf(sources)}).`,
  };
}

function late(first: LookupSource): Finding {
  const isMdns = isMulticast(first);
  return {
    grade: isMdns ? "note" : "warning",
    ...repairing(filesFirst),
    code: "nsswitch-files-late",
    message: isMdns
      ? `${nsswitchFile} asks ${first.name} before the hosts file, so names in .local wait or are not found.`
      : `${nsswitchFile} asks ${first.name} before the hosts file: a name that is also known there leads elsewhere.`,
  };
}

const throughResolved: Finding = {
  grade: "note",
  code: "resolved-first",
  message: "systemd-resolved is asked first. It reads the hosts file too, up to 2 seconds after a change.",
  hint: "Nothing to do.",
};

/** Moves `files` to the first place. */
const filesFirst = String.raw`/^\s*hosts:/ { s/\sfiles\>//; s/hosts:/& files/ }`;

/** sed(1) keeps a copy of the file under the ending; words of the user's stay, so it can be done without asking. */
function repairing(script: string): { readonly hint: string; readonly command: string; readonly fix: Fix } {
  const words = ["sed", "-E", "-i.before-doctor", script, nsswitchFile];
  const hint = "Put the hosts file first (a copy is kept):";
  const command = platform.commands.asRoot(renderCommand(words));
  return { hint, command, fix: { commands: [words], needsRoot: true } };
}

function namesOf(sources: readonly LookupSource[]): string {
  return sources.map(({ name, actions }) => [name, ...actions.map((action) => `[${action}]`)].join(" ")).join(" ");
}
