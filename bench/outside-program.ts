/** The Go program of bench/outside, built into the cache of the end-to-end tests: an outside client, and a provider to compare with. */
import { freePort } from "../test/cluster/eventually.ts";
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { cacheFolder } from "../test/cluster/tools.ts";

const folder = join(import.meta.dirname, "outside");

/** Builds the program unless it is there; needs Go, and some minutes the first time. */
export async function buildOutsideProgram(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder).toSorted()) hash.update(readFileSync(join(folder, name)));
  const path = join(cacheFolder, `outside-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(path)) return path;
  mkdirSync(cacheFolder, { recursive: true });
  const draft = `${path}.${process.pid}`;
  await promisify(execFile)("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", draft, "."], { cwd: folder });
  renameSync(draft, path);
  return path;
}

/** A client in a process of its own, on Go's HTTP as ExternalDNS is. */
export interface OutsideClient extends AsyncDisposable {
  /**
   * Sends a request and reads the answer to its end.
   *
   * @returns milliseconds
   * @throws Error when it is refused
   */
  readonly send: (method: "GET" | "POST", url: string, body?: string) => Promise<number>;
}

interface Outcome {
  readonly milliseconds: number;
  readonly status: number;
  readonly error?: string;
}

/** Starts the client. */
export function startClient(program: string): OutsideClient {
  const child = spawn(program, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    send: async (method, url, body = "") => {
      child.stdin.write(`${JSON.stringify({ method, url, body })}\n`);
      const { value } = await lines.next();
      const { milliseconds, status, error = status } = JSON.parse(String(value)) as Outcome;
      if (status < 200 || status > 299) throw new Error(`${method} ${url}: ${error}`);
      return milliseconds;
    },
    [Symbol.asyncDispose]: () => end(child),
  };
}

/** A provider that keeps its endpoints in memory and rewrites its file without fsync. */
export interface OutsideProvider extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
}

/** Starts the provider. */
export async function startProvider(program: string, file: string): Promise<OutsideProvider> {
  const port = await freePort();
  const child = spawn(program, ["provider", String(port), file], { stdio: ["ignore", "inherit", "inherit"] });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(url).catch(() => undefined))) await sleep(10);
  return { url, pid: child.pid ?? 0, [Symbol.asyncDispose]: () => end(child) };
}

async function end(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill();
  await ended;
}
