/** `watch` with a real API server: from an Ingress that was applied to getaddrinfo, and from the event to the line on disk. */
import { setTimeout as sleep } from "node:timers/promises";
import { Backoff } from "../src/sources/kubernetes/backoff.ts";
import { listAndWatch } from "../src/sources/kubernetes/list-watch.ts";
import { systemClock } from "../src/sources/kubernetes/system-clock.ts";
import { openTransport } from "../src/sources/kubernetes/transport.ts";
import { type Resolver, sharedClock, startResolver } from "./resolver.ts";
import { type Row, latencyRow, milliseconds } from "./row.ts";
import { median } from "./sample.ts";
import {
  type BenchWatcher,
  type WatchScene,
  connectionTo,
  hostOf,
  namesOf,
  openWatchScene,
  startBenchWatcher,
  untilLines,
} from "./watch-scene.ts";

const sizes = [10, 1000, 10_000] as const;

/** Changes at each size, and milliseconds between two. */
const turns = 100;
const pause = 50;

/** Milliseconds. */
const goals = { median: 15, p99: 50, line: 6 } as const;

/** Measures the three sizes, one after the other in one cluster. */
export async function measureWatchLatency(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const scene = opened.use(await openWatchScene());
  const watcher = opened.use(startBenchWatcher({ ...scene, kubeconfig: scene.api.kubeconfig }));
  const resolver = opened.use(startResolver(scene.desktop));
  const events = opened.use(followEvents(scene));
  const rows: Row[] = [];
  let count = 0;
  for (const size of sizes) {
    const more = namesOf("app", size).slice(count);
    await scene.ingresses.createAll(more);
    await Promise.all(more.map(async (name) => watcher.shown(hostOf(name))));
    await untilLines(scene, (lines) => lines.length === size);
    count = size;
    rows.push(...(await measureSize(size, { scene, watcher, resolver, events })));
  }
  return rows;
}

interface Parts {
  readonly scene: WatchScene;
  readonly watcher: BenchWatcher;
  readonly resolver: Resolver;
  readonly events: Events;
}

async function measureSize(size: number, { scene, watcher, resolver, events }: Parts): Promise<readonly Row[]> {
  const [resolving, writing]: [number[], number[]] = [[], []];
  for (const name of namesOf(`added-${size}`, turns)) {
    const host = hostOf(name);
    const [found, shown, event] = [resolver.find(host), watcher.shown(host), events.of(name)];
    await scene.ingresses.create(name);
    const answered = sharedClock();
    resolving.push((await found) - answered);
    writing.push((await shown) - (await event));
    const gone = watcher.gone(host);
    await scene.ingresses.remove(name);
    await gone;
    await sleep(pause);
  }
  const names = size.toLocaleString("en");
  return [
    latencyRow({
      what: `watch: Ingress applied to getaddrinfo, ${names} names`,
      times: resolving,
      atMost: [goals.median, goals.p99],
    }),
    {
      what: `watch: event on the socket to the line on disk, ${names} names`,
      ours: milliseconds(median(writing)),
      reference: "",
      ratio: undefined,
      goal: size === 1000 ? `at most ${goals.line} ms` : "",
      met: size === 1000 ? median(writing) <= goals.line : undefined,
    },
  ];
}

interface Events extends Disposable {
  /** Resolves with the moment (performance.now) at which the API server's event of this Ingress was here. */
  readonly of: (name: string) => Promise<number>;
}

/** Watches the Ingresses beside the watcher, on a connection of its own. */
function followEvents({ api }: WatchScene): Events {
  const stop = new AbortController();
  const waiting = new Map<string, (moment: number) => void>();
  const follow = async (): Promise<void> => {
    const events = listAndWatch({
      path: "/apis/networking.k8s.io/v1/ingresses",
      read: ({ metadata }) => metadata.name,
      transport: openTransport(connectionTo(api.kubeconfig)),
      clock: systemClock,
      retry: new Backoff(systemClock),
      signal: stop.signal,
      onState: () => undefined,
    });
    for await (const event of events) if (event.kind === "change") waiting.get(event.item)?.(performance.now());
  };
  void follow();
  return {
    of: async (name) => {
      const { promise, resolve } = Promise.withResolvers<number>();
      waiting.set(name, resolve);
      return promise.finally(() => waiting.delete(name));
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}
