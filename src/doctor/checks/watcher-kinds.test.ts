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

test("what is followed, and nothing yet", () => {
  expect(judgeKinds([cluster()])).toMatchObject([{ grade: "ok" }]);
  expect(judgeKinds([cluster(kindOf("Ingress", "live"), kindOf("Service", "listing"))])).toEqual([
    { grade: "ok", message: "Of a these are followed: Ingress v1, Service v1." },
  ]);
});

test("what may not be read, with the command for its cluster and how the rights are bound", () => {
  const found = judgeKinds([cluster(kindOf("Ingress", "live"), kindOf("HTTPRoute", "forbidden"))]);
  expect(found).toMatchObject([
    {
      grade: "warning",
      code: "watch-forbidden",
      message: "The watcher may not read HTTPRoute v1 of a, so that it does not follow their names.",
      hint: expect.stringContaining(
        "kubectl --context kind-a create clusterrolebinding hostsfile-server-watch --clusterrole=hostsfile-server-watch --user=USER",
      ),
      command: "hostsfile-server watch --print-rbac | kubectl --context kind-a apply -f -",
    },
    { grade: "ok", message: "Of a these are followed: Ingress v1." },
  ]);
});
