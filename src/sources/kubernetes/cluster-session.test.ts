/** One cluster on bad days: it stops without a word, starts slowly, and says no in every way. */
import { type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Clock } from "./backoff.ts";
import { ClusterSession, type SessionNotice } from "./cluster-session.ts";
import { type SimulatedAPI, startSimulatedAPI } from "./simulated-api.ts";
import { systemClock } from "./system-clock.ts";
import { gatewayKind } from "./translate/gateway.ts";
import { ingressKind } from "./translate/ingress.ts";
import { kinds } from "./translate/kinds.ts";

interface Scene extends AsyncDisposable {
  readonly session: ClusterSession;
  readonly notices: readonly SessionNotice[];
  /** How often the way to the cluster was opened. */
  readonly connects: () => number;
  readonly names: () => readonly string[];
}

function follow(api: Pick<SimulatedAPI, "url">, ownNamespace?: string, clock = systemClock): Scene {
  const notices: SessionNotice[] = [];
  let connects = 0;
  const session = new ClusterSession({
    kinds,
    classes: undefined,
    namespaces: [],
    ownNamespace,
    connect: async () => {
      connects += 1;
      return Promise.resolve({ server: api.url, options: { headers: {} } });
    },
    clock,
    onChange: () => {},
    onNotice: (notice) => notices.push(notice),
  });
  const running = session.run();
  return {
    session,
    notices,
    connects: () => connects,
    names: () => [...session.endpoints.values()].map(({ dnsName }) => String(dnsName)).toSorted(),
    [Symbol.asyncDispose]: async () => {
      session.stop();
      await running;
    },
  };
}

async function apiWith(...hosts: readonly string[]): Promise<SimulatedAPI> {
  const api = await startSimulatedAPI(kinds);
  for (const host of hosts) apply(api, host);
  return api;
}

function apply(api: SimulatedAPI, host: string): void {
  api.apply(ingressKind, { metadata: { name: host, namespace: "default" }, spec: { rules: [{ host }] } });
}

const patience = { timeout: 20_000 };
const settled = async ({ session }: Scene): Promise<void> => {
  await expect.poll(() => session.isSettled, patience).toBe(true);
};
const troubles = ({ notices }: Scene): readonly string[] =>
  notices.flatMap((notice) => (notice.kind === "unreachable" ? [notice.trouble.code] : []));

test("an API server that is told to stop does not keep the watcher, though its watches stay open", async () => {
  await using api = await apiWith("a.io");
  await using scene = follow(api);
  await settled(scene);
  await sleep(1_100);
  api.drain();
  await expect.poll(() => troubles(scene), patience).toEqual(["cluster-unreachable"]);
  expect(scene.names()).toEqual(["a.io"]);
  await using again = await startSimulatedAPI(kinds, Number(new URL(api.url).port));
  again.uid = api.uid;
  apply(again, "b.io");
  await expect.poll(scene.names, patience).toEqual(["b.io"]);
});

test("nor does one that is told to stop a moment after it was asked", async () => {
  await using api = await apiWith("a.io");
  await using scene = follow(api);
  await settled(scene);
  api.drain();
  await expect.poll(() => troubles(scene), patience).toEqual(["cluster-unreachable"]);
});

test("a cluster that begins without its first namespace is known when it has it", async () => {
  await using api = await apiWith("a.io");
  let looks = 0;
  api.refusal = (request) => (isOf(request, "/namespaces/kube-system") && ++looks < 3 ? 404 : undefined);
  await using scene = follow(api);
  await settled(scene);
  expect([scene.session.uid, looks]).toEqual([api.uid, 3]);
});

test("credentials that are refused half-way are read again, and the trouble is said once", async () => {
  await using api = await apiWith("a.io");
  await using scene = follow(api);
  await settled(scene);
  api.refusal = () => 401;
  api.cut();
  await expect.poll(() => troubles(scene), patience).toEqual(["cluster-login-refused"]);
  expect(scene.names()).toEqual(["a.io"]);
  const before = scene.connects();
  api.refusal = () => undefined;
  apply(api, "b.io");
  scene.session.hurry();
  await expect.poll(scene.names, patience).toEqual(["a.io", "b.io"]);
  expect(scene.connects()).toBe(before + 1);
});

test.each([401, 500])("a cluster that answers %i from the start is followed as soon as it does not", async (status) => {
  await using api = await apiWith("a.io");
  api.refusal = () => status;
  await using scene = follow(api);
  if (status === 401) await expect.poll(() => troubles(scene), patience).toHaveLength(1);
  expect([scene.names(), scene.session.isSettled]).toEqual([[], false]);
  api.refusal = () => undefined;
  scene.session.hurry();
  await expect.poll(scene.names, patience).toEqual(["a.io"]);
});

/** Time that passes quickly, and every wait that was asked for. */
function quickClock(): { readonly clock: Clock; readonly waits: readonly number[] } {
  const waits: number[] = [];
  const clock: Clock = {
    now: () => systemClock.now() * 20,
    sleep: async (milliseconds, signal) => {
      waits.push(milliseconds);
      await systemClock.sleep(Math.min(milliseconds / 20, 2 ** 31 - 1), signal);
    },
    random: systemClock.random,
  };
  return { clock, waits };
}

test("an API server that is not ready is said, and followed once it is", async () => {
  await using api = await apiWith("a.io");
  api.refusal = (request) => (isOf(request, "/readyz") ? 500 : undefined);
  const { clock, waits } = quickClock();
  await using scene = follow(api, undefined, clock);
  await expect.poll(() => scene.session.trouble?.message, patience).toMatch(/does not answer: it is not ready\.$/);
  // Within seconds, not after the minute that it may take.
  expect(waits.length).toBeLessThan(100);
  api.refusal = () => undefined;
  await expect.poll(scene.names, patience).toEqual(["a.io"]);
  expect([troubles(scene), scene.session.trouble]).toEqual([["cluster-unreachable"], undefined]);
});

test("a connection that is opened anew while the API server is not ready keeps no name away", async () => {
  await using api = await apiWith("a.io");
  let looks = 0;
  api.refusal = (request) => (isOf(request, "/readyz") && ++looks > 0 ? 500 : undefined);
  await using scene = follow(api);
  await expect.poll(() => looks, patience).toBeGreaterThan(0);
  // In the wait until it is asked again.
  await sleep(50);
  scene.session.reconnect();
  api.refusal = () => undefined;
  await expect.poll(scene.names, patience).toEqual(["a.io"]);
});

test("one that has too much to do is asked again soon, as one that needs a login is not", async () => {
  await using api = await apiWith("a.io");
  const waitsFor = async (status: number): Promise<readonly number[]> => {
    let refusals = 0;
    api.refusal = ({ url }) => (url === "/apis" && ++refusals <= 3 ? status : undefined);
    const { clock, waits } = quickClock();
    await using scene = follow(api, undefined, clock);
    await expect.poll(scene.names, patience).toEqual(["a.io"]);
    return waits.filter((each) => each === 1_000 || each === 5_000);
  };
  expect(await waitsFor(503)).not.toContain(5_000);
  expect(await waitsFor(401)).toContain(5_000);
});

const isOf = (request: IncomingMessage, ...words: readonly string[]): boolean =>
  words.every((word) => request.url?.includes(word) === true);

test("without the right to list a kind its names are not followed, which is said once", async () => {
  await using api = await apiWith("a.io");
  api.refusal = (request) => (isOf(request, "/ingresses") ? 403 : undefined);
  await using scene = follow(api);
  await settled(scene);
  api.cut();
  for (let count = 0; count < 5; count++) {
    await sleep(20);
    scene.session.hurry();
  }
  expect(scene.notices.filter(({ kind }) => kind === "forbidden")).toMatchObject([
    { resource: "ingresses", isListed: false },
  ]);
  api.refusal = () => undefined;
  scene.session.hurry();
  await expect.poll(scene.names, patience).toEqual(["a.io"]);
});

test("without the right to watch a kind its names follow now and then", async () => {
  await using api = await apiWith("a.io");
  api.refusal = (request) => (isOf(request, "/ingresses", "watch=1") ? 403 : undefined);
  await using scene = follow(api, "default");
  await settled(scene);
  expect(scene.names()).toEqual(["a.io"]);
  apply(api, "b.io");
  scene.session.hurry();
  await expect.poll(scene.names, patience).toEqual(["a.io", "b.io"]);
  expect(scene.notices.filter(({ kind }) => kind === "forbidden")).toMatchObject([
    { resource: "ingresses", scope: "", isListed: true },
  ]);
});

test.each([403, 404])("definitions that cannot be had (%i) keep no name away", async (status) => {
  await using api = await apiWith("a.io");
  api.refusal = (request) => (isOf(request, "/customresourcedefinitions") ? status : undefined);
  await using scene = follow(api);
  await settled(scene);
  expect(scene.names()).toEqual(["a.io"]);
});

test("what is served is looked at again when a kind is not there", async () => {
  await using api = await apiWith("a.io");
  let looks = 0;
  api.refusal = (request) => {
    if (request.url === "/apis") looks += 1;
    return isOf(request, "/gateways") && looks < 2 ? 404 : undefined;
  };
  await using scene = follow(api);
  await settled(scene);
  expect(scene.session.watches.map(({ kind }) => kind)).toContain(gatewayKind);
  expect(looks).toBeGreaterThan(1);
});
