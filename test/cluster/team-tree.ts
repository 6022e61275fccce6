/** A team's tree in SkyDNS layout on a real etcd of one member, written through etcd's JSON gateway, which shares no code with the product. */
import assert from "node:assert/strict";
import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { eventually, freePort } from "./eventually.ts";
import { type Program, run, startProgram } from "./program.ts";

export interface TeamTree extends AsyncDisposable {
  readonly port: number;
  /** Puts a key below `/skydns/`; an object becomes JSON. */
  readonly put: (key: string, value: unknown) => Promise<void>;
  readonly remove: (key: string) => Promise<void>;
  /** Every key below a prefix with its value. */
  readonly list: (prefix: string) => Promise<ReadonlyMap<string, string>>;
  /** Forgets all history. */
  readonly compact: () => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Starts it again on the same port, where asked without its data, as another cluster. */
  readonly start: (options?: { readonly isWiped?: boolean }) => Promise<void>;
  /** Keeps its data as it is, while it is stopped. */
  readonly save: () => Promise<void>;
  /** Puts back what was kept, while it is stopped. */
  readonly restore: () => Promise<void>;
  /** Calls its JSON gateway, as in `auth/user/add`. */
  readonly call: (path: string, body: object) => Promise<Record<string, unknown>>;
}

/**
 * Starts etcd on loopback.
 *
 * @param program - the program; Debian's unless given
 */
export async function startTeamTree(program = "etcd"): Promise<TeamTree> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(temporaryFolder()).path;
  const data = join(folder, "data");
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  let running: Program | undefined;
  let generation = 0;
  const call = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await run(["curl", "-sS", "--fail-with-body", "-d", JSON.stringify(body), `${url}/v3/${path}`]);
    return JSON.parse(answer) as Record<string, unknown>;
  };
  const start: TeamTree["start"] = async ({ isWiped = false } = {}) => {
    if (isWiped) {
      await rm(data, { recursive: true });
      generation += 1;
    }
    running = await startProgram([
      program,
      "--name=m",
      `--data-dir=${data}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=m=${peer}`,
      // With the port it makes the id of the cluster.
      `--initial-cluster-token=t${generation}`,
    ]);
    const { log } = running;
    await eventually(async () => {
      assert.match(await run(["curl", "-sS", `${url}/health`]).catch(() => log()), /"health":"?true/);
    });
  };
  const stop = async (): Promise<void> => {
    await running?.stop("SIGKILL");
    running = undefined;
  };
  started.defer(stop);
  await start();
  const owned = started.move();
  return {
    port,
    start,
    stop,
    call,
    save: async () => cp(data, `${data}.saved`, { recursive: true }),
    restore: async () => {
      await rm(data, { recursive: true });
      await cp(`${data}.saved`, data, { recursive: true });
    },
    put: async (key, value) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      await call("kv/put", { key: encode(`/skydns/${key}`), value: encode(text) });
    },
    remove: async (key) => void (await call("kv/deleterange", { key: encode(`/skydns/${key}`) })),
    list: async (prefix) => {
      const { kvs = [] } = (await call("kv/range", {
        key: encode(`/skydns/${prefix}`),
        range_end: encode(`/skydns/${prefix}\u00ff`),
      })) as { kvs?: { key: string; value: string }[] };
      return new Map(kvs.map(({ key, value }) => [decode(key), decode(value)]));
    },
    compact: async () => {
      const { header } = (await call("kv/range", { key: encode("x") })) as { header: { revision: string } };
      await call("kv/compaction", { revision: header.revision, physical: true });
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

function decode(text: string): string {
  return Buffer.from(text, "base64").toString();
}
