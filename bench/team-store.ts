/** A team's store of three members: what a POST takes beside a bare transaction, many names at once, how soon a desktop that reads etcd has a line, also one whose network was gone, and a long list. */
import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { EtcdClient } from "../src/etcd/client.ts";
import { EtcdTeamSource } from "../src/sources/team/etcd-source.ts";
import { type KeyChange, TeamModel } from "../src/sources/team/skydns/team-model.ts";
import { inSlices } from "../src/base/slices.ts";
import { parseManagedDomain } from "../src/records/managed-domain.ts";
import { nodePrefix, usualPath } from "../src/records/skydns-key.ts";
import { openDesktop } from "../test/cluster/desktop.ts";
import { type EtcdCluster, startEtcdCluster } from "../test/cluster/etcd.ts";
import { freePort } from "../test/cluster/eventually.ts";
import { openFarNetwork } from "../test/cluster/far-network.ts";
import { reachPort } from "../test/cluster/forward.ts";
import { runCommand, startServer } from "../test/cluster/server.ts";
import { configure, runTeamCommand, startTeamServer, storeFlags } from "../test/cluster/team-server.ts";
import { etcdClientOf, putAll } from "../test/support/etcd-puts.ts";
import { type BenchEndpoint, endpointsOf, manyEndpoints } from "./endpoints.ts";
import { type Row, latencyRow, limitRow, milliseconds, ratioRow } from "./row.ts";
import { interleave, timed } from "./sample.ts";
import { sendTo } from "./server.ts";
import { untilShown } from "./until-shown.ts";

const domain = "dtk.io";

/** Names that are there before, names of the one POST, and keys of the list. */
const sizes = { few: 10, many: 10_000, listed: 100_000 } as const;

/** Changes of each kind. */
const turns = 40;

/** Milliseconds between two changes to a desktop. */
const pause = 50;

/** Milliseconds that a desktop's cable is out: longer than the longest wait between two tries. */
const unplugged = 30_000;

/** Goals: of the bare transaction, and in milliseconds. */
const goals = { ratio: 3, bulk: 3_000, line: [50, 250], resume: 1_000, list: 2_000 } as const;

/** Measures all of it. */
export async function measureTeamStore(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const etcd = opened.use(await startEtcdCluster());
  const client = opened.use(etcdClientOf(etcd));
  await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
  const server = await startTeamServer({ etcd });
  opened.defer(async () => void (await server.stop()));
  await configure(server, "a", "10.0.0.1", domain);
  const agent = opened.adopt(new Agent({ keepAlive: true, maxSockets: 1 }), (each) => each.destroy());
  const post: Post = (changes) =>
    sendTo({ agent, url: `${server.url}/clusters/a/records`, method: "POST", body: JSON.stringify(changes) });
  await post({ create: manyEndpoints(sizes.few) });
  const few = await beside(post, client, sizes.few);
  const bulk = await timed(() => post({ create: manyEndpoints(sizes.many).slice(2 * sizes.few) }));
  const many = await beside(post, client, sizes.many);
  const line = await measureLine(post, etcd);
  const what = `team server: ${sizes.many.toLocaleString("en")} names in one POST`;
  const back = await measureReturn(post, etcd);
  return [few, many, limitRow({ what, ours: bulk, atMost: goals.bulk }), line, back, await measureList()];
}

type Post = (changes: {
  readonly create?: readonly BenchEndpoint[];
  readonly delete?: readonly BenchEndpoint[];
}) => Promise<string>;

/** One name more, and two keys in one transaction of the same members. */
async function beside(post: Post, client: EtcdClient, names: number): Promise<Row> {
  let turn = 0;
  const { ours, bare } = await interleave(turns, {
    ours: async () => {
      const endpoints = endpointsOf(`added-${names}-${(turn += 1)}`);
      const duration = await timed(() => post({ create: endpoints }));
      await post({ delete: endpoints });
      return duration;
    },
    bare: () =>
      timed(() =>
        putAll(
          client,
          ["one", "two"].map((key) => ({ key: `/bench/${key}`, value: String(turn) })),
        ),
      ),
  });
  return ratioRow({
    what: `team server: one name added to ${names.toLocaleString("en")}, POST to 204`,
    ours,
    reference: bare,
    against: "two keys in a bare transaction",
    atMost: goals.ratio,
    format: milliseconds,
  });
}

/** From a POST to the line on a desktop that reads etcd itself, with many names there. */
async function measureLine(post: Post, etcd: EtcdCluster): Promise<Row> {
  await using opened = new AsyncDisposableStack();
  const desktop = opened.use(await openDesktop());
  const server = await startServer({ desktop, flags: [] });
  opened.defer(async () => void (await server.stop()));
  const flags = [`--port=${server.port}`, "--host=127.0.0.1", `--domains=${domain}`, `--team-names=${2 * sizes.many}`];
  await runCommand(desktop, "join", etcd.url, "--yes", ...flags);
  const times: number[] = [];
  for (let turn = 0; turn < 2 * turns; turn += 1) {
    const start = performance.now();
    await post({ create: endpointsOf(`line-${turn}`) });
    await untilShown(desktop, `line-${turn}.${domain}`);
    times.push(performance.now() - start);
    await sleep(pause);
  }
  const what = `team: POST to the line on a desktop that reads etcd, ${sizes.many.toLocaleString("en")} names`;
  return latencyRow({ what, times, atMost: goals.line });
}

/** From a cable put back to the line, on a desktop that kept running. */
async function measureReturn(post: Post, etcd: EtcdCluster): Promise<Row> {
  await using opened = new AsyncDisposableStack();
  const ports = etcd.members.map(({ place }) => place.split(":")[1] ?? "");
  const far = opened.use(await openFarNetwork(ports.map(Number)));
  const desktop = { ...opened.use(await openDesktop()), enter: far.enter };
  const port = await freePort();
  opened.use(await reachPort(port, far.enter));
  const server = await startServer({ desktop, flags: [], port });
  opened.defer(async () => void (await server.stop()));
  const url = `etcd://${ports.map((each) => `${far.address}:${each}`).join(",")}`;
  const flags = [`--port=${port}`, "--host=127.0.0.1", `--domains=${domain}`, `--team-names=${2 * sizes.many}`];
  await runCommand(desktop, "join", url, "--yes", "--insecure", ...flags);
  await post({ create: endpointsOf("here") });
  await untilShown(desktop, `here.${domain}`);
  const times: number[] = [];
  for (let turn = 0; turn < 3; turn += 1) {
    await far.unplug();
    await post({ create: endpointsOf(`missed-${turn}`) });
    await sleep(unplugged);
    await far.plug();
    times.push(await timed(() => untilShown(desktop, `missed-${turn}.${domain}`)));
  }
  const { relists } = (await server.status()).teams?.[0] ?? {};
  if (Object.keys(relists ?? {}).some((reason) => reason !== "first")) throw new Error("there was a list");
  const what = `team: a cable that was out for ${unplugged / 1000} s is back, to the line of what was missed, the slowest of three`;
  return limitRow({ what, ours: Math.max(...times), atMost: goals.resume });
}

/** What a desktop computes for a list: it is read from etcd, and each value is read and judged. */
async function measureList(): Promise<Row> {
  await using opened = new AsyncDisposableStack();
  const etcd = opened.use(await startEtcdCluster({ members: 1 }));
  const client = opened.use(etcdClientOf(etcd));
  const value = JSON.stringify({ host: "10.0.0.1", targetstrip: 1 });
  const names = Array.from({ length: sizes.listed }, (_, index) => `app-${index}.${domain}`);
  await putAll(
    client,
    names.map((name) => ({ key: `${nodePrefix(usualPath, name)}1`, value })),
  );
  const source = opened.use(new EtcdTeamSource({ url: etcd.url, isInsecure: true }, [domain]));
  const domains = [parseManagedDomain(domain)].filter((each) => each !== undefined);
  const model = new TeamModel({ path: usualPath, domains, networks: ["10.0.0.0/8"], mostNames: sizes.listed });
  const before = process.cpuUsage();
  const keys: KeyChange[] = [];
  const list = await source.list((page) => keys.push(...page), new AbortController().signal);
  const { put: rows } = await inSlices(model.applyInSteps(keys));
  const { user, system } = process.cpuUsage(before);
  if (!list.ok || rows.length !== sizes.listed) throw new Error(`the list has ${rows.length} names`);
  const what = `team: CPU for a list of ${sizes.listed.toLocaleString("en")} names from etcd`;
  return limitRow({ what, ours: (user + system) / 1000, atMost: goals.list });
}
