/** Records lead back to the kind that made them. */
import { expect, test } from "vitest";
import { kindsOfRecord } from "./resource-word.ts";
import type { Kind } from "./translate/kind.ts";
import { kinds } from "./translate/kinds.ts";

const nobody = { find: () => undefined, list: () => [], knows: () => true };

/** Objects of each kind that ask for a name without a look at others. */
const specs: Readonly<Record<string, object>> = {
  Ingress: { rules: [{ host: "a.io" }] },
  DNSEndpoint: { endpoints: [{ dnsName: "a.io", recordType: "A", targets: ["192.0.2.1"] }] },
  IngressRoute: { routes: [{ match: "Host(`a.io`)" }] },
  IngressRouteTCP: { routes: [{ match: "HostSNI(`a.io`)" }] },
  Route: { host: "a.io" },
};

test.each(kinds.filter(({ kind }) => kind in specs))("of $group $kind", (kind: Kind) => {
  const object = { metadata: { name: "x", namespace: "default" }, spec: specs[kind.kind] };
  const { endpoints = [], withoutTarget = [] } = kind.translate?.(object, nobody) ?? {};
  const [first] = [...endpoints, ...withoutTarget];
  expect(kindsOfRecord(first ?? {}, kinds)).toContain(kind);
});

test("of a kind that is not known, none", () => {
  expect(kindsOfRecord({ labels: { resource: "pod/default/x" } }, kinds)).toEqual([]);
});
