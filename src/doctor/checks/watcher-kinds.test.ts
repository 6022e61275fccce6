/** Kinds that the watcher may not read are named with what gives it the right. */
import { expect, test } from "vitest";
import { clusterOf, watchOf } from "../../../test/support/status.ts";
import { judgeKinds } from "./watcher-kinds.ts";

const kindOf = (kind: string, state: string) => {
  return { kind, group: "", version: "v1", namespaces: [], state, objects: 0, lastEvent: null };
};
const cluster = (...kinds: readonly ReturnType<typeof kindOf>[]) => {
  return { ...clusterOf({ name: "a" }), watch: watchOf({ kinds: [...kinds] }) };
};
const gaps = { forbidden: [], unwatched: [], narrow: [], isIdentityHidden: false, areDefinitionsHidden: false };
const followed = { grade: "ok", message: "Of a these are followed: Ingress v1." };

test("what is followed, with every right and by the report alone", () => {
  expect(judgeKinds(cluster(kindOf("Ingress", "live")), undefined)).toEqual([followed]);
  expect(judgeKinds(cluster(kindOf("Ingress", "live"), kindOf("Service", "listing")), gaps)).toEqual([
    { grade: "ok", message: "The watcher has every right that it needs in a." },
    { grade: "ok", message: "Of a these are followed: Ingress v1, Service v1." },
  ]);
});

const forbidden = {
  grade: "warning",
  code: "watch-forbidden",
  message: "The watcher may not read HTTPRoute v1 of a, so that it does not follow them.",
  hint: expect.stringContaining(
    "kubectl --context kind-a create clusterrolebinding hostsfile-server-watch --clusterrole=hostsfile-server-watch --user=USER",
  ),
  command: "hostsfile-server watch --print-rbac | kubectl --context kind-a apply -f -",
};

test("what may not be read, with the command for its cluster and how the rights are bound", () => {
  const reported = cluster(kindOf("Ingress", "live"), kindOf("HTTPRoute", "forbidden"));
  expect(judgeKinds(reported, undefined)).toMatchObject([forbidden, followed]);
  expect(judgeKinds(reported, { ...gaps, forbidden: ["HTTPRoute v1"] })).toMatchObject([forbidden, followed]);
});

test("rights that went and that came since the watcher asked", () => {
  const went = cluster(kindOf("Ingress", "live"));
  expect(judgeKinds(went, { ...gaps, forbidden: ["Ingress v1"] })).toMatchObject([
    { code: "watch-forbidden" },
    followed,
  ]);
  const came = cluster(kindOf("Ingress", "forbidden"));
  expect(judgeKinds(came, gaps)).toMatchObject([
    { grade: "note", message: "The watcher may read Ingress v1 of a by now, and has not asked again yet." },
    { grade: "ok" },
  ]);
});

test("rights that end at a namespace or leave out watching, in one finding", () => {
  const narrow = [{ kind: "Ingress v1", namespaces: ["team"] }];
  const less = { ...gaps, narrow, isIdentityHidden: true };
  expect(judgeKinds(cluster(kindOf("Ingress", "live")), less)).toMatchObject([
    {
      grade: "note",
      message:
        "The watcher has part of the rights in a. It may read Ingress v1 in team alone, and so does not follow other namespaces. It may not read the namespace kube-system, by which it would notice that the cluster was made anew.",
    },
    followed,
  ]);
  const unwatched = { ...gaps, unwatched: ["Ingress v1"], areDefinitionsHidden: true };
  expect(judgeKinds(cluster(kindOf("Ingress", "live")), unwatched)).toMatchObject([
    {
      grade: "warning",
      message: expect.stringMatching(
        /and not watch them, so that their names follow every 30 seconds\. .*once a minute\.$/,
      ),
    },
    followed,
  ]);
});
