/** Candidates come in the order in which a browser most likely finds the ingress controller behind them. */
import { expect, test } from "vitest";
import { node, service } from "../../../test/support/kubernetes-facts.ts";
import { findCandidates } from "./candidate.ts";

const controlPlane = { "node-role.kubernetes.io/control-plane": "" };
const last = "127.0.0.1";

function addressesOf(...given: Parameters<typeof findCandidates>): readonly string[] {
  return findCandidates(...given).map(({ address }) => address);
}

test("ingress controllers first, then control-plane nodes, other nodes, and this machine", () => {
  const nodes = [
    node({ name: "worker", addresses: ["192.0.2.12"] }),
    node({ name: "cp", addresses: ["192.0.2.11", "2001:db8::11"], labels: controlPlane }),
  ];
  const services = [
    service({ name: "web", addresses: ["192.0.2.50"] }),
    service({ name: "ingress", labels: { "app.kubernetes.io/name": "ingress-nginx" }, addresses: ["192.0.2.40"] }),
  ];
  expect(findCandidates({ nodes, services })).toEqual([
    { address: "192.0.2.40", source: "the ingress controller's Service default/ingress" },
    { address: "192.0.2.11", source: "the control-plane node cp" },
    { address: "2001:db8::11", source: "the control-plane node cp" },
    { address: "192.0.2.12", source: "the node worker" },
    { address: last, source: "this machine, where port mappings end" },
  ]);
});

test.each([
  { labels: { app: "traefik" }, ports: [80], taken: true },
  { labels: { "app.kubernetes.io/name": "ingress-nginx" }, ports: [443], taken: true },
  { labels: { "app.kubernetes.io/name": "ingress-nginx" }, ports: [10254], taken: false },
  { labels: { app: "my-traefik-dashboard" }, ports: [80], taken: false },
])("a Service with $labels on $ports counts as ingress controller: $taken", ({ labels, ports, taken }) => {
  const services = [service({ name: "x", labels, ports, addresses: ["192.0.2.40"] })];
  expect(addressesOf({ nodes: [], services })).toEqual(taken ? ["192.0.2.40", last] : [last]);
});

test("what the hypervisor said comes before this machine", () => {
  const machine = findCandidates({ nodes: [node({ name: "vm", addresses: ["192.0.2.9"] })], services: [] }).slice(0, 1);
  expect(addressesOf({ nodes: [], services: [] }, machine)).toEqual(["192.0.2.9", last]);
});

test("an address is tried once, where it comes first; unusable ones never", () => {
  const nodes = [
    node({ name: "a", addresses: ["192.0.2.1", "fe80::1", "0.0.0.0", "nonsense"] }),
    node({ name: "b", addresses: ["192.0.2.1"] }),
  ];
  expect(findCandidates({ nodes, services: [] }).map(({ source }) => source)).toEqual([
    "the node a",
    "this machine, where port mappings end",
  ]);
});
