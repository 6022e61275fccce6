/** Podman and runc from Debian's packages, unpacked beside the other tools, with a storage of the test's own: no daemon, no image of others. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { unpackPackages, unpackedEnvironment } from "./debian-packages.ts";
import { eventually } from "./eventually.ts";
import { openNamespaces } from "./namespaces.ts";
import { run } from "./program.ts";
import { cacheFolder } from "./tools.ts";

/** Where the packages are unpacked. */
export const containerToolsFolder = join(cacheFolder, "container-tools");

/** Unpacks the packages into a folder. */
export function unpackContainerTools(folder: string): Promise<string> {
  return unpackPackages(folder, ["podman", "runc"]);
}

/** Why no container can run here, or undefined. */
export function missingContainerTools(): string | undefined {
  return existsSync(containerToolsFolder)
    ? undefined
    : `Not built: ${containerToolsFolder}; run: node test/cluster/build.ts`;
}

export interface Container {
  /** What it printed so far. */
  readonly log: () => Promise<string>;
  /** Its exit code; undefined while it runs. */
  readonly exit: () => Promise<number | undefined>;
  /** Waits for its end. */
  readonly ended: () => Promise<number>;
  /** Signals its program and waits for the end. */
  readonly stop: (signal: "SIGTERM" | "SIGINT") => Promise<number>;
}

export interface Containers extends AsyncDisposable {
  /** Runs podman to its end. */
  readonly podman: (...parameters: readonly string[]) => Promise<string>;
  /**
   * Starts a container on this machine's network. In the foreground podman waits up to 20 s longer than its program runs
   * where nobody reaps orphans, so it is started in the background.
   */
  readonly start: (...parameters: readonly string[]) => Promise<Container>;
}

/** Opens an empty storage; disposing of it ends every container and removes it. */
export async function openContainers(): Promise<Containers> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(temporaryFolder()).path;
  // Podman has its locks in places that no flag moves.
  const { enter } = opened.use(await openNamespaces("mount"));
  await run([...enter, "sh", "-ec", "for folder in /run /dev/shm; do mount -t tmpfs tmpfs $folder; done"]);
  const at = (path: string): string => join(containerToolsFolder, path);
  const [configuration, policy] = [join(folder, "containers.conf"), join(folder, "policy.json")];
  await writeFile(configuration, settings(at));
  await writeFile(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
  const environment = { ...unpackedEnvironment(containerToolsFolder), CONTAINERS_CONF: configuration };
  const storage = [`--root=${join(folder, "root")}`, `--runroot=${join(folder, "run")}`, "--storage-driver=vfs"];
  const podman: Containers["podman"] = async (first = "", ...parameters) => {
    const trust = first === "load" ? [`--signature-policy=${policy}`] : [];
    return run([...enter, at("usr/bin/podman"), ...storage, first, ...trust, ...parameters], { environment });
  };
  opened.defer(async () => void (await podman("rm", "--all", "--force", "--time=0")));
  // Here a process may not be given more files and processes than the machine lets root have.
  const limits = ["--ulimit=nofile=1000:1000", "--ulimit=nproc=1000:1000"];
  const owned = opened.move();
  return {
    podman,
    start: async (...parameters) =>
      containerOf(podman, (await podman("run", "--detach", "--network=host", ...limits, ...parameters)).trim()),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function settings(at: (path: string) => string): string {
  return `[containers]
log_driver = "k8s-file"
[engine]
conmon_path = ["${at("usr/bin/conmon")}"]
events_logger = "none"
cgroup_manager = "cgroupfs"
runtime = "${at("usr/sbin/runc")}"
no_pivot_root = true
`;
}

function containerOf(podman: Containers["podman"], id: string): Container {
  const exit: Container["exit"] = async () => {
    const [state = "", code] = (await podman("inspect", "--format={{.State.Status}} {{.State.ExitCode}}", id)).split(
      " ",
    );
    return ["stopped", "exited"].includes(state) ? Number(code) : undefined;
  };
  const ended: Container["ended"] = async () =>
    eventually(async () => {
      const code = await exit();
      assert(code !== undefined, "the container still runs");
      return code;
    });
  return {
    exit,
    ended,
    // The file has both streams.
    log: async () => run(["cat", (await podman("inspect", "--format={{.HostConfig.LogConfig.Path}}", id)).trim()]),
    stop: async (signal) => {
      await podman("kill", `--signal=${signal}`, id);
      return ended();
    },
  };
}
