/** A user's desktop as far as the server touches it: a hosts file with lines of the user's own, and a state folder. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { openNamespaces } from "./namespaces.ts";
import { run } from "./program.ts";

/** With a tab, a comment, a blank line and no line end at the end, as people leave it. */
export const userLines =
  "127.0.0.1\tlocalhost\n::1 localhost ip6-localhost\n\n# printers\n192.168.0.9  printer.lan # second floor";

export interface Desktop extends AsyncDisposable {
  readonly hostsFile: string;
  readonly stateFolder: string;
  /** What to put before a command so that it runs on this desktop. */
  readonly enter: readonly string[];
  /** The hosts file's bytes as text. */
  readonly hosts: () => Promise<string>;
  /** The lines that are not the user's and no comments. */
  readonly added: () => Promise<readonly string[]>;
}

/** A desktop in the machine's own namespaces, on its disk. */
export async function openDesktop(): Promise<Desktop> {
  const folder = temporaryFolder();
  const desktop = await furnish({ root: "", etc: join(folder.path, "etc"), enter: [] });
  return { ...desktop, [Symbol.asyncDispose]: async () => folder[Symbol.dispose]() };
}

/**
 * For {@link openPrivateDesktop}: names that are not in the hosts file are not asked of the DNS servers around, which may
 * take seconds to say no.
 */
export const resolveByFileAlone = `
  echo 'hosts: files' >"$D/nsswitch.conf"
  mount --bind "$D/nsswitch.conf" /etc/nsswitch.conf`;

/** For {@link openPrivateDesktop}: a whole /etc, so that the hosts file in it can be replaced. */
export const etcOfItsOwn = `
  cp -L /etc/passwd /etc/group /etc/nsswitch.conf "$D/etc/"
  mount --bind "$D/etc" /etc
  ${resolveByFileAlone}`;

/** A desktop with mounts of its own, seen by nobody else; disposing of it unmounts everything. */
export interface PrivateDesktop extends Desktop {
  /** Runs a shell script on the desktop and returns what it prints; `$D` is the scratch folder. */
  readonly shell: (script: string) => Promise<string>;
}

/**
 * Opens a desktop in a mount namespace.
 *
 * @param mounts - a shell script that is run in it first; `$D` is its scratch folder, `$D/etc/hosts` will be the hosts
 *   file and `$D/state` is the state folder
 * @param hostsFile - where the server finds the hosts file, for example `/etc/hosts`
 */
export async function openPrivateDesktop(mounts: string, hostsFile?: string): Promise<PrivateDesktop> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(temporaryFolder()).path;
  const namespaces = opened.use(await openNamespaces("mount"));
  const { enter } = namespaces;
  await Promise.all(["etc", "state"].map((name) => mkdir(join(folder, name), { mode: 0o755 })));
  const shell = async (script: string): Promise<string> =>
    run([...enter, "sh", "-ec", script], { environment: { D: folder } });
  await shell(mounts);
  const desktop = await furnish({ root: namespaces.root, etc: join(folder, "etc"), enter });
  const owned = opened.move();
  return {
    ...desktop,
    hostsFile: hostsFile ?? desktop.hostsFile,
    shell,
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

async function furnish(place: {
  readonly root: string;
  readonly etc: string;
  readonly enter: readonly string[];
}): Promise<Omit<Desktop, keyof AsyncDisposable>> {
  const { root, etc, enter } = place;
  const hostsFile = join(etc, "hosts");
  const stateFolder = join(etc, "..", "state");
  await mkdir(root + etc, { recursive: true });
  await mkdir(root + stateFolder, { recursive: true, mode: 0o700 });
  await writeFile(root + hostsFile, userLines);
  const hosts = async (): Promise<string> => readFile(root + hostsFile, "utf8");
  return {
    hostsFile,
    stateFolder,
    enter,
    hosts,
    added: async () => {
      const own = new Set(userLines.split("\n"));
      return (await hosts()).split("\n").filter((line) => line !== "" && !line.startsWith("#") && !own.has(line));
    },
  };
}
