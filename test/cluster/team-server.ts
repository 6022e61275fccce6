/** The built product as a team server on a real etcd. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { type Status, statusSchema } from "../../src/contract/status.ts";
import { type Answer, curl, postRecords } from "../support/http.ts";
import type { EtcdCluster } from "./etcd.ts";
import { eventually, freePort } from "./eventually.ts";
import { type Program, run, startProgram } from "./program.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");

export interface TeamServer extends Program {
  readonly url: string;
  readonly port: number;
  readonly status: () => Promise<Status>;
  /** `POST /records` of a cluster, as ExternalDNS does; answers the code. */
  readonly post: (cluster: string, changes: object) => Promise<number>;
  /** The names of `GET /records` of a cluster, sorted. */
  readonly names: (cluster: string) => Promise<readonly string[]>;
  readonly get: (path: string) => Promise<Answer>;
}

export interface TeamServerOptions {
  readonly etcd: Pick<EtcdCluster, "url" | "certificates">;
  readonly port?: number;
  /** What to put before the command. */
  readonly enter?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  /** `ready` waits for /readyz; `answering` for any answer. */
  readonly until?: "ready" | "answering";
}

/** Flags that say how etcd is reached. */
export function storeFlags({ url, certificates }: Pick<EtcdCluster, "url" | "certificates">): readonly string[] {
  if (certificates === undefined) return [`--store=${url}`];
  const { authority, certificate, key } = certificates;
  return [`--store=${url}`, `--store-ca=${authority}`, `--store-cert=${certificate}`, `--store-key=${key}`];
}

/** Runs a subcommand of the product to its end. */
export function runTeamCommand(...parameters: readonly string[]): Promise<string> {
  return run([launcher, ...parameters]);
}

/** Starts a team server on loopback and waits until it answers. */
export async function startTeamServer(options: TeamServerOptions): Promise<TeamServer> {
  const { etcd, until = "ready", flags = [], enter = [], environment = {} } = options;
  const port = options.port ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const own = [`--port=${port}`, "--host=127.0.0.1", "--hosts-file=none"];
  const program = await startProgram([...enter, launcher, ...own, ...storeFlags(etcd), ...flags], { environment });
  try {
    await eventually(async () => {
      if (program.exit() !== undefined) return;
      const { status } = await curl(`${url}/${until === "ready" ? "readyz" : "healthz"}`);
      if (until === "ready") assert.equal(status, 200);
    });
    assert.equal(program.exit(), undefined);
  } catch (error) {
    await program.stop();
    throw new Error(`The server does not start:\n${program.log()}`, { cause: error });
  }
  return {
    ...program,
    url,
    port,
    status: async () => statusSchema.parse(JSON.parse((await curl(`${url}/status`)).text)),
    post: async (cluster, changes) => (await postRecords(`${url}/clusters/${cluster}`, changes)).status,
    names: async (cluster) => {
      const answer = await curl(`${url}/clusters/${cluster}/records`);
      assert.equal(answer.status, 200, answer.text);
      const endpoints = JSON.parse(answer.text) as readonly { readonly dnsName: string }[];
      return endpoints.map(({ dnsName }) => dnsName).toSorted();
    },
    get: (path) => curl(`${url}${path}`),
  };
}

/** Configures a cluster of the team. */
export async function configure(
  server: TeamServer,
  cluster: string,
  address: string,
  ...domains: string[]
): Promise<void> {
  const base = `${server.url}/clusters/${cluster}`;
  for (const domain of domains) assert.equal((await curl(`${base}/domains`, { body: domain })).status, 200);
  assert.equal((await curl(`${base}/clusterip`, { body: address })).status, 200);
}
