/** The real HTTP application over a real store in memory, for tests: only the sink is a stand-in, since none of them looks at a file. */
import { type AppOptions, createApp } from "../../src/daemon/app.ts";
import { StatusSignal } from "../../src/control/status/status-signal.ts";
import { createMetrics } from "../../src/control/status/metrics.ts";
import type { ManagedDomain } from "../../src/records/managed-domain.ts";
import type { Network, NetworkSource } from "../../src/records/network.ts";
import { type Status, statusSchema } from "../../src/contract/status.ts";
import { type Adopter, AdoptionSlot } from "../../src/sinks/hosts-file/adoption-slot.ts";
import { selectHostEntries } from "../../src/sinks/hosts-file/document/selection.ts";
import type { Sink } from "../../src/engine/sink.ts";
import type { Log } from "../../src/base/log.ts";
import { Reconciler } from "../../src/engine/reconciler.ts";
import { StoreKeeper } from "../../src/engine/keeper.ts";
import { openMemoryStore } from "../../src/store/open.ts";
import type { Memory } from "../../src/engine/memory.ts";
import type { Store } from "../../src/engine/store.ts";
import { StoreTroubleError } from "../../src/engine/store-trouble.ts";
import type { Trouble } from "../../src/base/trouble.ts";

export const webhookMediaType = "application/external.dns.webhook+json;version=1";

/** A desktop with a home network, and a bridge of virtual machines. */
export const desktopNetworks: NetworkSource = {
  interfaces: () => [
    { interfaceName: "lo", address: "127.0.0.1", bits: 8, mac: "00:00:00:00:00:00" },
    { interfaceName: "eth0", address: "192.168.0.12", bits: 24, mac: "02:00:00:00:00:01" },
    { interfaceName: "virbr0", address: "192.168.122.1", bits: 24, mac: "02:00:00:00:00:02" },
  ],
  inner: () => new Set(["virbr0"]),
};

/** Callers of that desktop: itself, a guest of its bridge, and a neighbour at home. */
export const own = "127.0.0.1";
export const guest = "192.168.122.167";
export const neighbour = "192.168.0.99";

export interface LogLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly fields: object;
  readonly message: string;
}

export interface TestApp extends AsyncDisposable {
  readonly fetch: ReturnType<typeof createApp>["fetch"];
  readonly judge: ReturnType<typeof createApp>["judge"];
  readonly allowed: () => readonly string[];
  readonly forget: ReturnType<typeof createApp>["forget"];
  /** Makes a request as the given caller, by default this machine itself. */
  readonly call: (request: string, options?: CallOptions) => Promise<Response>;
  /** Reads `GET /status` as this machine itself. */
  readonly status: () => Promise<Status>;
  readonly reconciler: Reconciler;
  readonly changes: StatusSignal;
  readonly lines: LogLine[];
  /** Makes the store, or one method of it, unusable, or usable again. */
  readonly breakStore: (trouble: Trouble | undefined, only?: Method) => void;
  /** What the sink answers from now on; undefined for success. */
  readonly breakSink: (trouble: Trouble | undefined) => void;
  /** Lets the test's clock go on, in milliseconds in which the server runs. */
  readonly pass: (milliseconds: number) => void;
  /** Lets the time go on while the machine sleeps. */
  readonly sleep: (milliseconds: number) => void;
}

export interface CallOptions {
  readonly from?: string | undefined;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

type TestAppOptions = Partial<Pick<AppOptions, "limits" | "networks" | "ownNames" | "resolver" | "teamServer">> & {
  readonly allow?: readonly Network[];
  readonly adminToken?: string;
  readonly watchDomains?: readonly ManagedDomain[];
  /** Milliseconds after which a silent event stream shows that it is there. */
  readonly maxWaitMs?: number;
};

/** Makes the application, reconciled once. */
export async function makeTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const lines: LogLine[] = [];
  const log = makeLog(lines);
  let time = Date.UTC(2026, 0, 1);
  const store = openMemoryStore(() => time);
  let storeTrouble: Trouble | undefined;
  let broken: Method | undefined;
  let sinkTrouble: Trouble | undefined;
  const changes = new StatusSignal({ gatherMs: 5, maxWaitMs: options.maxWaitMs ?? 1000 });
  const keeper = new StoreKeeper({
    open: () => breakable(store, (name) => storeTrouble !== undefined && (broken ?? name) === name),
    opened: () => {},
    isDamage: () => false,
    explain: (error) => {
      if (error instanceof BrokenStore && storeTrouble !== undefined) return new StoreTroubleError(storeTrouble);
      throw error;
    },
  });
  const sink = makeSink(() => sinkTrouble);
  const reconciler = new Reconciler({
    keeper,
    sinks: [sink],
    ownNames: () => new Set(),
    listener: changes.listener,
    now: () => time,
  });
  const metrics = createMetrics(() => time);
  await reconciler.reconcile();
  const app = createApp({
    reconciler,
    adopter: sink,
    log,
    metrics,
    changes,
    now: () => time,
    ownNames: () => new Set(["desktop.example.com"]),
    facts: { pid: 1, version: "1.2.3", since: time, hostsFile: "/etc/hosts", dryRun: false },
    address: () => "http://localhost:5000",
    networks: desktopNetworks,
    ...options,
    allow: () => options.allow,
    watchDomains: () => options.watchDomains,
    adminToken: () =>
      options.adminToken === undefined ? { kind: "none" } : { kind: "known", token: options.adminToken },
  });
  const call: TestApp["call"] = async (request, { from = own, body, headers = {} } = {}) => {
    const [method = "", path = ""] = request.split(" ");
    const init = { method, headers: { host: "localhost:5000", ...headers }, ...(body === undefined ? {} : { body }) };
    return app.fetch(new Request(`http://localhost:5000${path}`, init), { caller: from });
  };
  return {
    ...app,
    call,
    status: async () => {
      const authorization = `Bearer ${options.adminToken ?? ""}`;
      return statusSchema.parse(await (await call("GET /status", { headers: { authorization } })).json());
    },
    reconciler,
    changes,
    lines,
    breakStore: (trouble, only) => ([storeTrouble, broken] = [trouble, only]),
    breakSink: (trouble) => (sinkTrouble = trouble),
    pass: (milliseconds) => {
      time += milliseconds;
      store.memory.elapse(milliseconds);
    },
    sleep: (milliseconds) => (time += milliseconds),
    [Symbol.asyncDispose]: async () => {
      changes[Symbol.dispose]();
      metrics[Symbol.dispose]();
      await reconciler[Symbol.asyncDispose]();
    },
  };
}

class BrokenStore extends Error {}

type Method = keyof Store | keyof Memory;

/** What asks no database. */
const neverBroken: ReadonlySet<PropertyKey> = new Set([Symbol.dispose, "position", "isLogged", "isInPlace", "memory"]);

/** The store itself, but for the while in which each use of it fails. */
function breakable<Part extends Store | Memory>(store: Part, isBroken: (method: PropertyKey) => boolean): Part {
  return new Proxy(store, {
    get: (target, name) => {
      if (isBroken(name) && !neverBroken.has(name)) throw new BrokenStore();
      if (name === "memory" && "memory" in target) return breakable(target.memory, isBroken);
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function makeLog(lines: LogLine[]): Log {
  const write = (level: LogLine["level"]) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

function makeSink(trouble: () => Trouble | undefined): Sink & Adopter {
  const adoptions = new AdoptionSlot();
  return {
    id: "hosts-file",
    title: "hosts file",
    path: "/etc/hosts",
    adopt: (adoption, showAgain) => adoptions.adopt(adoption, showAgain),
    apply: ({ entries }) =>
      adoptions.apply(async () => {
        const found = trouble();
        if (found !== undefined) return { ok: false, trouble: found };
        const { refused } = selectHostEntries(entries);
        return { ok: true, method: "memory", diff: { added: [], removed: [] }, refused, notices: [] };
      }),
    [Symbol.asyncDispose]: async () => {},
  };
}
