/** A real etcd cluster on loopback ports, whose members can be killed, frozen and started again, for tests of a team's store. */
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Certificates, makeCertificates } from "./certificates.ts";
import { eventually, freePort } from "./eventually.ts";
import { type Program, run, startProgram } from "./program.ts";
import { etcdTool } from "./tools.ts";

export interface EtcdMember {
  readonly name: string;
  /** As in `127.0.0.1:2379`. */
  readonly place: string;
  readonly folder: string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Ends it with SIGKILL, as a machine that fails. */
  readonly kill: () => Promise<void>;
  readonly pid: () => number;
  /** What it printed since it was started last. */
  readonly log: () => string;
  /** Starts it again on its data, where asked with another program. */
  readonly start: (program?: string) => Promise<void>;
  /** Takes the member out of the cluster with its data, and a new one in its place. */
  readonly replace: () => Promise<void>;
}

export interface EtcdCluster extends AsyncDisposable {
  readonly members: readonly EtcdMember[];
  /** As `--store` takes it. */
  readonly url: string;
  /** Only with TLS. */
  readonly certificates: Certificates | undefined;
  /** Runs etcd's own JSON gateway, as in `call("kv/range", {...})`; keys and values are in base64. */
  readonly call: (path: string, body: object) => Promise<Record<string, unknown>>;
  /** Puts a key, behind everybody's back. */
  readonly put: (key: string, value: string) => Promise<void>;
  readonly delete: (key: string) => Promise<void>;
  /** Every key that begins with a text, with its value. */
  readonly list: (prefix: string) => Promise<ReadonlyMap<string, string>>;
  /** Throws history away up to now. */
  readonly compact: () => Promise<void>;
  readonly leader: () => Promise<EtcdMember>;
}

export interface EtcdClusterOptions {
  readonly members?: number;
  /** The program; the one of `etcdTool()` unless given. */
  readonly program?: string;
  /** With certificates on both sides. */
  readonly isEncrypted?: boolean;
  readonly flags?: readonly string[];
}

/** Starts the members and waits until they have a leader. */
export async function startEtcdCluster(options: EtcdClusterOptions = {}): Promise<EtcdCluster> {
  const { members: count = 3, program = etcdTool(), isEncrypted = false, flags = [] } = options;
  await using started = new AsyncDisposableStack();
  const folder = started.use(temporaryFolder()).path;
  const certificates = isEncrypted ? await makeCertificates(folder, "localhost") : undefined;
  const scheme = isEncrypted ? "https" : "http";
  const host = isEncrypted ? "localhost" : "127.0.0.1";
  const ports = await freePorts(count * 2);
  const plans = Array.from({ length: count }, (_, index) => ({
    name: `m${index + 1}`,
    client: ports[2 * index] ?? 0,
    peer: ports[2 * index + 1] ?? 0,
  }));
  const initial = plans.map(({ name, peer }) => `${name}=http://127.0.0.1:${peer}`).join(",");
  const tlsFlags =
    certificates === undefined
      ? []
      : [
          `--cert-file=${certificates.certificate}`,
          `--key-file=${certificates.key}`,
          `--trusted-ca-file=${certificates.authority}`,
          "--client-cert-auth",
        ];
  const members = plans.map(({ name, client, peer }): EtcdMember & { readonly stop: () => Promise<void> } => {
    const data = join(folder, name);
    let state = "new";
    const commandOf = (used: string): readonly string[] => [
      used,
      `--name=${name}`,
      `--data-dir=${data}`,
      `--listen-client-urls=${scheme}://127.0.0.1:${client}`,
      `--advertise-client-urls=${scheme}://${host}:${client}`,
      `--listen-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
      `--initial-cluster=${initial}`,
      `--initial-cluster-state=${state}`,
      `--initial-cluster-token=${folder}`,
      "--enable-grpc-gateway=true",
      ...tlsFlags,
      ...flags,
    ];
    let running: Program | undefined;
    const kill = async (): Promise<void> => {
      await running?.stop("SIGKILL");
      running = undefined;
    };
    const start = async (used = program): Promise<void> => {
      running ??= await startProgram(commandOf(used));
    };
    return {
      name,
      pid: () => running?.pid ?? 0,
      log: () => running?.log() ?? "",
      place: `${host}:${client}`,
      folder: data,
      signal: (signal) => {
        if (running !== undefined) process.kill(running.pid, signal);
      },
      kill,
      start,
      replace: async () => {
        await kill();
        await rm(data, { recursive: true });
        const { members: known } = (await call("cluster/member/list", {})) as {
          readonly members: readonly { readonly ID: string; readonly name: string }[];
        };
        await call("cluster/member/remove", { ID: known.find((each) => each.name === name)?.ID });
        // It refuses while a member that it counts on is away.
        await eventually(() => call("cluster/member/add", { peerURLs: [`http://127.0.0.1:${peer}`] }));
        state = "existing";
        await start();
      },
      stop: async () => {
        if (running !== undefined && running.exit() === undefined) process.kill(running.pid, "SIGCONT");
        await running?.stop("SIGKILL");
        running = undefined;
      },
    };
  });
  for (const member of members) {
    started.defer(member.stop);
    await member.start();
  }
  const credentials =
    certificates === undefined
      ? []
      : ["--cacert", certificates.authority, "--cert", certificates.certificate, "--key", certificates.key];
  const post = async (place: string, path: string, body: object): Promise<Record<string, unknown>> => {
    const url = `${scheme}://${place}/v3/${path}`;
    const answer = await run(["curl", "-sS", "-m", "5", ...credentials, "-d", JSON.stringify(body), url]);
    return JSON.parse(answer) as Record<string, unknown>;
  };
  const call: EtcdCluster["call"] = async (path, body) => {
    let failure: unknown;
    for (const { place } of members) {
      try {
        const answer = await post(place, path, body);
        if (answer["error"] === undefined) return answer;
        failure = new Error(JSON.stringify(answer));
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  };
  const leader: EtcdCluster["leader"] = async () => {
    for (const member of members) {
      const answer = await post(member.place, "maintenance/status", {}).catch(() => undefined);
      const header = answer?.["header"] as { readonly member_id: string } | undefined;
      if (header !== undefined && answer?.["leader"] === header.member_id) return member;
    }
    throw new Error("etcd has no leader");
  };
  await eventually(leader);
  const list: EtcdCluster["list"] = async (prefix) => {
    const end = prefix.slice(0, -1) + String.fromCodePoint((prefix.codePointAt(prefix.length - 1) ?? 0) + 1);
    const { kvs = [] } = (await call("kv/range", { key: encode(prefix), range_end: encode(end) })) as {
      readonly kvs?: readonly { readonly key: string; readonly value?: string }[];
    };
    return new Map(kvs.map(({ key, value = "" }) => [decode(key), decode(value)]));
  };
  const owned = started.move();
  return {
    members,
    url: `etcd://${members.map(({ place }) => place).join(",")}`,
    certificates,
    call,
    put: async (key, value) => void (await call("kv/put", { key: encode(key), value: encode(value) })),
    delete: async (key) => void (await call("kv/deleterange", { key: encode(key) })),
    list,
    compact: async () => {
      const { header } = (await call("kv/range", { key: encode("x") })) as {
        readonly header: { readonly revision: string };
      };
      await call("kv/compaction", { revision: header.revision, physical: true });
    },
    leader,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function encode(text: string): string {
  return Buffer.from(text).toString("base64");
}

function decode(text: string): string {
  return Buffer.from(text, "base64").toString();
}

/** Asked for one after the other, a port could come twice. */
async function freePorts(count: number): Promise<readonly number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await freePort());
  assert.equal(ports.size, count);
  return [...ports];
}
