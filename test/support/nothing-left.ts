/** Gives a run of the tests a folder for temporary files of its own, and fails the run that leaves a file, a mount or a process behind. */
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Short, since paths of tests are shown on narrow terminals. */
const prefix = "tests-";

/** Where npm keeps its compiled code (nodejs.org/api/module.html#module-compile-cache). */
const npmCache = "node-compile-cache";

/** Milliseconds between two looks, and how many there are before what still runs counts as left behind. */
const [pause, looks] = [100, 300];

/** Each project of the run asks for it, and so does a run that a test starts: the folder is there once. */
export function setup(): (() => Promise<void>) | undefined {
  if (basename(tmpdir()).startsWith(prefix)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), prefix));
  // As the system's own, since some tests run programs as another user.
  chmodSync(folder, 0o1777);
  process.env["TMPDIR"] = folder;
  return async () => {
    const files = readdirSync(folder).filter((name) => name !== npmCache);
    const left = [...files, ...mountsIn(folder), ...(await processesOf(folder))];
    if (mountsIn(folder).length === 0) rmSync(folder, { recursive: true });
    if (left.length === 0) return;
    // What is thrown here is only printed.
    process.exitCode = 1;
    throw new Error(`The tests left behind in ${folder}: ${left.join("; ")}`);
  };
}

function mountsIn(folder: string): readonly string[] {
  const mounts = readIfThere("/proc/self/mounts").split("\n");
  return mounts.filter((line) => line.includes(` ${folder}/`)).map((line) => `the mount ${line}`);
}

/** The workers of the test runner have the folder in their environment too, and may need a moment to end. */
async function processesOf(folder: string): Promise<readonly string[]> {
  for (let look = 0; ; look += 1) {
    const found = runningFrom(folder);
    if (found.length === 0 || look === looks) return found;
    await sleep(pause);
  }
}

/** Processes that were started for a test: the folder is in their environment or their command line. */
function runningFrom(folder: string): readonly string[] {
  return readIfThere("/proc/self/mounts") === "" ? [] : readdirSync("/proc").flatMap((pid) => describe(pid, folder));
}

function describe(pid: string, folder: string): readonly string[] {
  if (!/^\d+$/.test(pid) || isOwn(pid)) return [];
  const [environment, line] = [readIfThere(`/proc/${pid}/environ`), readIfThere(`/proc/${pid}/cmdline`)];
  return `${environment}${line}`.includes(folder) ? [`the process ${pid} (${line.replaceAll("\0", " ").trim()})`] : [];
}

/** Whether it is this process or one that the test runner itself started. */
function isOwn(pid: string): boolean {
  const parent = /^PPid:\s+(\d+)$/m.exec(readIfThere(`/proc/${pid}/status`))?.[1];
  return pid === String(process.pid) || parent === String(process.pid);
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
