/** Which resources ask for a name, and whether ExternalDNS hears of it. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { statusOf } from "../../../test/support/status.ts";
import { annotationPrefix } from "../../dtk/release/values.ts";
import { lookAtFacts } from "../looks/cluster-looks.ts";
import { judgeSources, lookForSources } from "./trace-cluster.ts";

const name = "foo.dtk.io";
const cluster = {
  prefix: "external-dns.alpha.kubernetes.io/",
  place: { kubeconfig: undefined, context: "kind-a" },
};

test.each([
  { title: "nobody asks", sources: [], isKnown: false, grade: "problem", code: "name-not-asked-for" },
  { title: "another cluster's name", sources: [], isKnown: true, grade: "note", code: "name-not-asked-for" },
  { title: "a Service", sources: [{ kind: "Service", group: "", path: "default/web" }], isKnown: false, grade: "ok" },
  {
    title: "an Ingress without a target",
    sources: [
      {
        kind: "Ingress",
        group: "networking.k8s.io",
        path: "default/test",
        ingress: { metadata: { name: "test" }, spec: { rules: [{ host: name }] } },
      },
    ],
    isKnown: false,
    grade: "problem",
    code: "ingress-without-target",
  },
])("$title: $grade", ({ sources, isKnown, grade, code }) => {
  expect(judgeSources({ name, sources, isKnown, ...cluster })).toMatchObject({
    grade,
    ...(code !== undefined && { code }),
  });
});

test("the commands lead to the cluster that was looked at", () => {
  expect(judgeSources({ name, sources: [], isKnown: false, ...cluster })).toMatchObject({
    hint: "See which hosts are asked for:",
    command: "kubectl --context=kind-a get ingress -A",
  });
  const ingress = { metadata: { name: "test" }, spec: { rules: [{ host: name }] } };
  const sources = [{ kind: "Ingress", group: "networking.k8s.io", path: "default/test", ingress }];
  expect(judgeSources({ name, sources, isKnown: false, ...cluster })).toHaveProperty(
    "command",
    expect.stringContaining(
      `kubectl --context=kind-a -n default annotate ingress test ${cluster.prefix}target=${name}`,
    ),
  );
});

test("where a watcher feeds the cluster, an Ingress needs no target", () => {
  const ingress = { metadata: { name: "test" }, spec: { rules: [{ host: name }] } };
  const sources = [{ kind: "Ingress", group: "networking.k8s.io", path: "default/test", ingress }];
  expect(judgeSources({ name, sources, isKnown: false, ...cluster, prefix: undefined })).toEqual({
    grade: "ok",
    message: `The Ingress default/test asks for ${name}.`,
  });
});

test("while the server is away, nothing is said of ExternalDNS, which may not be meant to feed the cluster", async () => {
  const ingress = { metadata: { name: "test", namespace: "default" }, spec: { rules: [{ host: name }] } };
  const look = async (status: ReturnType<typeof statusOf> | undefined) => {
    const desktop = bareDesktop({
      status: async () => status,
      kubernetes: async () => ({ server: "", send: async () => undefined, read: async () => undefined }),
      once: async (asked) => (asked === lookAtFacts ? { ingresses: [ingress] } : asked(desktop)) as never,
    });
    return lookForSources(name)(desktop);
  };
  const sources = [{ kind: "Ingress", path: "default/test" }];
  expect(await look(undefined)).toMatchObject({ sources, prefix: undefined });
  expect(await look(statusOf())).toMatchObject({ sources, prefix: annotationPrefix });
});
