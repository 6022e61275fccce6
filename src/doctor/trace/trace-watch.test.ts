/** What the watcher follows decides whether a name comes along, and what it handed in is asked at its own path. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { clusterOf, statusOf, watchOf } from "../../../test/support/status.ts";
import { handedIn, judgeSeen, seen } from "./trace-watch.ts";

const name = "foo.dtk.io";
const group = "networking.k8s.io";
const sources = [{ kind: "Ingress", group, path: "shop/web" }];
const now = Date.parse("2026-01-10T00:00:00Z");
const ingressKind = { kind: "Ingress", group, version: "v1", namespaces: [], state: "live", objects: 1 };
const lastEvent = "2026-01-09T23:59:55Z";

function watched(kind: object = {}, watch: Parameters<typeof watchOf>[0] = {}) {
  const kinds = [{ ...ingressKind, lastEvent, ...kind }];
  return { ...clusterOf({ name: "kind-a", feeds: ["watch"] }), watch: watchOf({ kinds, ...watch }) };
}

test("a kind that is followed live, with its last event", () => {
  expect(judgeSeen(watched(), sources, now)).toEqual([
    {
      grade: "ok",
      message: "The watcher of ann follows Ingress v1 of kind-a live; the API server last said something 5 s ago.",
    },
  ]);
});

test.each([
  ["forbidden", watched({ state: "forbidden" }), "problem", "watch-forbidden"],
  ["another group", watched({ group: "other" }), "problem", "watch-not-seen"],
  ["another namespace", watched({ namespaces: ["default"] }), "problem", "watch-not-seen"],
  ["still reading", watched({ state: "listing" }), "warning", "watch-not-seen"],
  ["API server away", watched({}, { state: "unreachable" }), "warning", "watch-unreachable"],
])("%s", (_, cluster, grade, code) => {
  expect(judgeSeen(cluster, sources, now)).toMatchObject([{ grade, code }]);
});

function desktop(cluster: ReturnType<typeof watched>, answers: Readonly<Record<string, string>> = {}) {
  return bareDesktop({
    status: async () => statusOf({ clusters: [cluster] }),
    kubernetes: async () => ({
      server: "https://127.0.0.1:6443",
      send: async () => undefined,
      read: async () => ({ metadata: { uid: "1" } }) as never,
    }),
    ask: async (path) => answers[path],
  });
}

test("a watcher that was stopped is where the name stops", async () => {
  const stopped = watched({}, { state: "not-running" });
  expect(await seen(desktop(stopped), sources)).toMatchObject([{ grade: "problem", code: "watch-not-running" }]);
});

test("what was handed in, what was not, and what the server refused", async () => {
  const records = { "/watchers/ann/clusters/kind-a/records": JSON.stringify([{ dnsName: name }]) };
  expect(await handedIn(desktop(watched(), records), watched(), name)).toEqual([
    { grade: "ok", message: `The watcher of ann has handed in ${name} of kind-a, and the server has stored it.` },
  ]);
  expect(await handedIn(desktop(watched()), watched(), name)).toMatchObject([
    { grade: "problem", code: "name-not-sent", command: "hostsfile-server watch --once --dry-run" },
  ]);
  const refused = watched({}, { refused: "No." });
  expect(await handedIn(desktop(refused), refused, name)).toMatchObject([{ code: "watch-refused" }]);
});
