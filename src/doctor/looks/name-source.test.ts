/** Every kind of resource that ExternalDNS reads names from is found, in whatever case it asks. */
import { expect, test } from "vitest";
import { parse } from "zod/mini";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { findSources } from "./name-source.ts";

const prefix = "external-dns.alpha.kubernetes.io/";
const metadata = (name: string, annotations = {}) => ({ name, namespace: "default", annotations });
const items: Readonly<Record<string, readonly object[]>> = {
  "/apis/networking.k8s.io/v1/ingresses": [
    { metadata: metadata("a"), spec: { rules: [{ host: "Foo.dtk.io" }, { host: "b.dtk.io" }] } },
    { metadata: metadata("other"), spec: { rules: [{ host: "foo.dtk.io.evil.io" }] } },
  ],
  "/api/v1/services": [
    {
      metadata: metadata("s", { "external-dns.alpha.kubernetes.io/hostname": "x.dtk.io, foo.dtk.io" }),
      spec: {},
      status: {},
    },
  ],
  "/apis/gateway.networking.k8s.io/v1/httproutes": [{ metadata: metadata("r"), spec: { hostnames: ["foo.dtk.io"] } }],
  "/apis/route.openshift.io/v1/routes": [{ metadata: metadata("o"), spec: { host: "foo.dtk.io" } }],
  "/apis/externaldns.k8s.io/v1alpha1/dnsendpoints": [
    { metadata: metadata("e"), spec: { endpoints: [{ dnsName: "foo.dtk.io" }] } },
  ],
};

const api: KubernetesAPI = {
  server: "https://cluster",
  send: async () => "{}",
  read: async (path, shape) => parse(shape, { items: items[path] ?? [] }),
};

test("all that ask for the name", async () => {
  const found = await findSources(bareDesktop({ kubernetes: async () => api }), "foo.dtk.io", prefix);
  expect(found.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
    "Ingress default/a",
    "Service default/s",
    "HTTPRoute default/r",
    "DNSEndpoint default/e",
    "Route default/o",
  ]);
});

test("nobody asks for another", async () => {
  expect(await findSources(bareDesktop({ kubernetes: async () => api }), "dtk.io", prefix)).toEqual([]);
});
