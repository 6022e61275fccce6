/** A desktop with a real systemd: a container over the machine's own tree, where commands run as a user types them. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { lstat, mkdir, mkdtemp, readFile, readdir, readlink, rm, rmdir, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { eventually } from "./eventually.ts";
import { openNamespaces } from "./namespaces.ts";
import { type Program, run, startProgram } from "./program.ts";

export interface Machine extends AsyncDisposable {
  /** Where a path of the machine is seen from outside, while it runs. */
  readonly outside: (path: string) => string;
  /** The process that is number 1 inside, seen from outside; changes with {@link Machine.reboot}. */
  readonly leader: () => number;
  /** What to put before a command so that it runs on the machine, as root; changes with {@link Machine.reboot}. */
  readonly enter: () => readonly string[];
  /** What to put before a command so that it shares nothing but the machine's network, and stays when the machine is frozen. */
  readonly enterNetwork: () => readonly string[];
  /** Runs a shell script on the machine as root and returns what it prints; it throws with both streams when it fails. */
  readonly shell: (script: string) => Promise<string>;
  /** Shuts down in order and boots again with the same disk. */
  readonly reboot: () => Promise<void>;
  /** Holds every process of the machine, as suspend does; {@link Machine.thaw} lets them go on. */
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
  /**
   * What differs from the tree that the machine began with: path to kind, mode, owner and content. Left out is what every
   * running system writes of its own accord (journal, logs, temporary files).
   */
  readonly changes: () => Promise<ReadonlyMap<string, string>>;
}

export interface MachineOptions {
  /** Paths that are to be absent, as `/usr/local/bin/node`. */
  readonly without?: readonly string[];
  /** A shell script that furnishes the disk before the first boot; `$ROOT` is its root folder. */
  readonly furnish?: string;
  /** The tree of another system to boot from; the tree of this machine unless given. */
  readonly tree?: string;
}

/** Units that take time or write files and have no part in any test. */
const masked = ["postgresql.service", "etcd.service", "apt-daily.timer", "apt-daily-upgrade.timer", "man-db.timer"];

/**
 * Boots a machine with loopback as its only network. Debian's package brings systemd-nspawn; the systemd in the container
 * is the tree's.
 *
 * @throws when systemd-nspawn is not installed, or systemd does not come up
 */
export async function bootMachine({ without = [], furnish = "", tree = "/" }: MachineOptions = {}): Promise<Machine> {
  assert(existsSync("/usr/bin/systemd-nspawn"), "Not installed: systemd-nspawn; run: node test/cluster/build.ts");
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "hostsfile-server-test-"));
  opened.defer(async () => rm(folder, { recursive: true, force: true }));
  const namespaces = opened.use(await openNamespaces("mount"));
  const groups = opened.use(await openControlGroups(basename(folder)));
  const root = join(folder, "root");
  const upper = join(folder, "upper");
  await Promise.all(["root", "upper", "work"].map((name) => mkdir(join(folder, name))));
  await maskUnits(upper);
  const layers = `lowerdir=${tree},upperdir=${upper},workdir=${join(folder, "work")}`;
  await run([...namespaces.enter, "mount", "-t", "overlay", "overlay", "-o", layers, root]);
  // Where systemd-nspawn keeps locks and folders, which it leaves behind when it is killed.
  await run([...namespaces.enter, "mount", "-t", "tmpfs", "tmpfs", "/run"]);
  // The hosts file of the machine that tests run on may hold anything.
  const ownHosts = `printf '127.0.0.1 localhost\\n' >"$ROOT/etc/hosts"`;
  const prepare = [...without.map((path) => `rm -rf "$ROOT${path}"`), ownHosts, furnish].join("\n");
  await run([...namespaces.enter, "sh", "-ec", prepare], { environment: { ROOT: root } });
  const boot = async (): Promise<Booted> => bootOnce({ enter: namespaces.enter, root, name: basename(folder), groups });
  let booted = await boot();
  opened.defer(async () => {
    await groups.thaw();
    await booted.supervisor.stop("SIGKILL");
    await groups.kill();
  });
  const enter = (): readonly string[] => [
    "nsenter",
    "-t",
    String(booted.leader),
    "-m",
    "-u",
    "-i",
    "-n",
    "-p",
    "-C",
    "--",
    // The folder of the test run is not there.
    "env",
    "--unset=TMPDIR",
  ];
  const owned = opened.move();
  return {
    leader: () => booted.leader,
    outside: (path) => `/proc/${booted.leader}/root${path}`,
    enter,
    enterNetwork: () => ["nsenter", `--net=/proc/${booted.leader}/ns/net`, "--"],
    shell: async (script) => run([...enter(), "sh", "-ec", script], { environment: { SYSTEMD_PAGER: "" } }),
    reboot: async () => {
      await run([...enter(), "systemctl", "poweroff"]);
      await booted.supervisor.ended;
      booted = await boot();
    },
    freeze: groups.freeze,
    thaw: groups.thaw,
    changes: async () => describeTree(upper, tree),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

async function maskUnits(upper: string): Promise<void> {
  const units = join(upper, "etc/systemd/system");
  await mkdir(units, { recursive: true });
  await Promise.all(masked.map(async (unit) => symlink("/dev/null", join(units, unit))));
}

interface Booted {
  readonly supervisor: Program;
  /** The process that is number 1 inside. */
  readonly leader: number;
}

async function bootOnce(place: {
  readonly enter: readonly string[];
  readonly root: string;
  readonly name: string;
  readonly groups: ControlGroups;
}): Promise<Booted> {
  const { enter, root, name, groups } = place;
  const flags = ["--register=no", "--keep-unit", "--private-network", "--link-journal=no", "--console=pipe", "--boot"];
  const nspawn = ["systemd-nspawn", "--quiet", `--directory=${root}`, `--machine=${name.slice(-10)}`, ...flags];
  // Newer systemd knows version 2 of control groups alone, which nspawn does not give it of its own accord on a hybrid machine.
  const environment = { SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1" };
  const supervisor = await startProgram([...groups.enter, ...enter, ...nspawn], { environment });
  const leader = await eventually(async () => {
    assert.equal(supervisor.exit(), undefined, supervisor.log());
    const children = await readFile(`/proc/${supervisor.pid}/task/${supervisor.pid}/children`, "utf8");
    const [first] = children.trim().split(" ");
    assert(first !== undefined && first !== "");
    const inside = ["nsenter", "-t", first, "-m", "-u", "-i", "-n", "-p", "-C", "--"];
    const state = await run([...inside, "sh", "-c", "systemctl is-system-running || true"]);
    assert.match(state, /^(?:running|degraded)/, supervisor.log());
    return Number(first);
  });
  return { supervisor, leader };
}

interface ControlGroups extends AsyncDisposable {
  /** What to put before a command so that it starts in these groups. */
  readonly enter: readonly string[];
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
  /** Ends what still runs in them. */
  readonly kill: () => Promise<void>;
}

/**
 * Makes control groups (cgroups(7)) of its own for a container, in version 2's tree and, on a hybrid machine, in
 * systemd's too: two containers in one would end each other.
 */
async function openControlGroups(name: string): Promise<ControlGroups> {
  const hybrid = "/sys/fs/cgroup/unified";
  const isHybrid = existsSync(hybrid);
  const unified = join(isHybrid ? hybrid : "/sys/fs/cgroup", name);
  const groups = isHybrid ? [unified, join("/sys/fs/cgroup/systemd", name)] : [unified];
  await Promise.all(groups.map(async (group) => mkdir(group)));
  const enterAll = groups.map((group) => `echo $$ >${group}/cgroup.procs`).join("; ");
  const setFrozen = async (state: "0" | "1"): Promise<void> => {
    await writeFile(join(unified, "payload/cgroup.freeze"), state);
    await eventually(async () =>
      assert.match(await readFile(join(unified, "payload/cgroup.events"), "utf8"), new RegExp(`frozen ${state}`)),
    );
  };
  return {
    enter: ["sh", "-ec", `${enterAll}; exec "$@"`, "sh"],
    freeze: async () => setFrozen("1"),
    thaw: async () => {
      if (existsSync(join(unified, "payload/cgroup.freeze"))) await setFrozen("0");
    },
    kill: async () => {
      await writeFile(join(unified, "cgroup.kill"), "1");
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(groups.map(async (group) => removeGroup(group)));
    },
  };
}

/** A group can go once its last process is gone, the deepest first. */
async function removeGroup(group: string): Promise<void> {
  for (const entry of await readdir(group, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeGroup(join(group, entry.name));
  }
  await eventually(async () => rmdir(group));
}

/** What a running system writes of its own accord. */
const own =
  /^\/(?:tmp|run|var\/tmp|var\/log|var\/lib\/(?:systemd|dbus|private)|var\/cache\/(?:ldconfig|man|private)|root\/\.cache)(?:\/|$)|^\/etc\/(?:machine-id|\.pwd\.lock|\.updated)$|^\/var\/\.updated$/;

async function describeTree(upper: string, lower: string): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    for (const entry of await readdir(upper + path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (own.test(child)) continue;
      // A folder comes into the upper layer with the first change in it.
      const description = await describe(upper + child);
      if (!entry.isDirectory() || description !== (await describe(join(lower, child)).catch(() => "missing"))) {
        found.set(child, description);
      }
      if (entry.isDirectory()) await visit(child);
    }
  };
  await visit("/");
  return found;
}

async function describe(path: string): Promise<string> {
  const facts = await lstat(path);
  const owner = `${(facts.mode & 0o7777).toString(8)} ${facts.uid}:${facts.gid}`;
  if (facts.isDirectory()) return `folder ${owner}`;
  if (facts.isSymbolicLink()) return `link to ${await readlink(path)}`;
  if (facts.isCharacterDevice()) return "removed";
  if (!facts.isFile()) return "special";
  return `file ${owner} ${createHash("sha256")
    .update(await readFile(path))
    .digest("hex")}`;
}
