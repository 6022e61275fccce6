/** Where the time of one added name goes: the parts of the server, run one after the other in this process. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openHostsFileSink } from "../src/sinks/hosts-file/hosts-file-sink.ts";
import { defaultCluster, initialSettings, parseClusterIPs } from "../src/records/cluster.ts";
import { externalDNSFeed } from "../src/records/feed.ts";
import { finish } from "../src/base/steps.ts";
import { planMutation } from "../src/records/endpoint.ts";
import { parseManagedDomain } from "../src/records/managed-domain.ts";
import { updateView } from "../src/records/view-update.ts";
import { viewOf } from "../src/engine/current-view.ts";
import { openStore } from "../src/store/open.ts";
import type { Store } from "../src/engine/store.ts";
import { readChanges } from "../src/sources/webhook/schema.ts";
import type { Disk } from "./disk.ts";
import { type BenchEndpoint, endpointsOf, manyEndpoints } from "./endpoints.ts";
import { type Row, milliseconds } from "./row.ts";
import { interleave, timed } from "./sample.ts";

const sizes = [10, 1000, 10_000] as const;

/** Milliseconds between two changes, as in added-name.ts. */
const pause = 300;

/** Measures reading the body, storing, computing the view, and showing it, without HTTP. */
export async function measureShares(disk: Disk): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const names of sizes) {
    const shares = await measureSize(join(disk.path, `shares-${names}`), names);
    const ours = Object.entries(shares).map(([name, value]) => `${name} ${milliseconds(value)}`);
    const what = `of it, at ${names.toLocaleString("en")} names`;
    rows.push({ what, ours: ours.join(", "), reference: "", ratio: undefined, goal: "", met: undefined });
  }
  return rows;
}

async function measureSize(place: string, names: number) {
  mkdirSync(join(place, "etc"), { recursive: true });
  const path = join(place, "etc", "hosts");
  const stateFolder = join(place, "state");
  writeFileSync(path, "127.0.0.1 localhost\n");
  using store = openStore({ folder: stateFolder, now: Date.now });
  const what = "npm run bench";
  await using sink = await openHostsFileSink({ path, stateFolder, what, onOutsideEdit: () => undefined });
  configure(store);
  change(store, body({ create: manyEndpoints(names) }));
  const own: ReadonlySet<string> = new Set();
  let turn = 0;
  const create = (): string => body({ create: endpointsOf(`added-${(turn += 1)}`) });
  let view = viewOf(store, own);
  const look = (): void => {
    const changed = store.takeChange();
    view = (changed && updateView(view, { ...changed, holders: store.holders(), ownNames: own })) ?? viewOf(store, own);
  };
  const show = async (): Promise<void> => {
    const report = await sink.apply(view);
    if (!report.ok) throw new Error(report.trouble.message);
  };
  await show();
  return await interleave(20, {
    read: () => timed(() => planOf(create())),
    store: () => timed(() => change(store, create())),
    view: () => timed(look),
    show: async () => {
      await sleep(pause);
      return timed(show);
    },
  });
}

function configure(store: Store): void {
  const domain = parseManagedDomain("dtk.io");
  const clusterIPs = parseClusterIPs(["192.168.122.167"]) ?? [];
  store.configure(defaultCluster, { ...initialSettings, clusterIPs, domains: domain === undefined ? [] : [domain] });
}

function change(store: Store, text: string): void {
  store.apply(defaultCluster, externalDNSFeed, planOf(text));
}

function planOf(text: string) {
  const reading = finish(readChanges(text));
  if (!reading.ok) throw new Error(reading.message);
  return planMutation(reading.value);
}

function body(changes: { readonly create: readonly BenchEndpoint[] }): string {
  return JSON.stringify(changes);
}
