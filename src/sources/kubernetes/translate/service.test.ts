/** A Service asks for the names of its annotations alone, with the addresses of its type. */
import { expect, test } from "vitest";
import { linesOf, metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import { nodeKind } from "./node.ts";
import { serviceKind } from "./service.ts";

const node = (addresses: Readonly<Record<string, string>>, unschedulable?: boolean) => ({
  metadata: { name: "node" },
  spec: { unschedulable },
  status: { addresses: Object.entries(addresses).map(([type, address]) => ({ type, address })) },
});
const nodes = [node({ InternalIP: "192.0.2.10", Hostname: "node" }), node({ InternalIP: "192.0.2.11" }, true)];
const publicNode = node({ ExternalIP: "198.51.100.1", InternalIP: "192.0.2.12" });

function translate(spec: object, annotations: Readonly<Record<string, string>>, more: object = {}, known = nodes) {
  const object = { metadata: metadata("test", annotations), spec, ...more };
  const translation = serviceKind.translate?.(object, neighboursOf([[nodeKind, ...known]]));
  if (translation === undefined) throw new Error("Services are translated");
  return translation;
}

const hostname = { hostname: "foo.dtk.io" };
const internal = { "internal-hostname": "in.dtk.io" };
const status = { loadBalancer: { ingress: [{ ip: "192.0.2.1", hostname: "lb.dtk.io" }] } };

test("without an annotation it asks for nothing, without a word", () => {
  const translation = translate({ type: "LoadBalancer" }, {}, { status });
  expect(translation).toEqual({ endpoints: [], withoutTarget: [], notAsked: [] });
});

test.each([
  {
    case: "load balancer",
    spec: { type: "LoadBalancer" },
    lines: ["A foo.dtk.io -> 192.0.2.1", "CNAME foo.dtk.io -> lb.dtk.io"],
  },
  {
    case: "external addresses before the load balancer's",
    spec: { type: "LoadBalancer", externalIPs: ["192.0.2.7"] },
    lines: ["A foo.dtk.io -> 192.0.2.7"],
  },
  {
    case: "external name",
    spec: { type: "ExternalName", externalName: "else.where.io." },
    lines: ["CNAME foo.dtk.io -> else.where.io"],
  },
  {
    case: "external addresses before the external name",
    spec: { type: "ExternalName", externalName: "else.where.io", externalIPs: ["192.0.2.7"] },
    lines: ["A foo.dtk.io -> 192.0.2.7"],
  },
  { case: "node port", spec: { type: "NodePort" }, lines: ["A foo.dtk.io -> 192.0.2.10"] },
])("$case", ({ spec, lines }) => {
  expect(linesOf(translate(spec, hostname, { status }))).toEqual(lines);
});

test.each([
  { access: undefined, addresses: ["198.51.100.1"] },
  { access: "public", addresses: ["198.51.100.1"] },
  { access: "private", addresses: ["192.0.2.10", "192.0.2.12"] },
])("node port with access $access", ({ access, addresses }) => {
  const annotations = { ...hostname, ...(access && { access }) };
  const translation = translate({ type: "NodePort" }, annotations, {}, [...nodes, publicNode]);
  expect(linesOf(translation)).toEqual([`A foo.dtk.io -> ${addresses.join(" ")}`]);
});

test.each(["LoadBalancer", "ClusterIP"])("internal-hostname of a %s has the cluster IP", (type) => {
  expect(linesOf(translate({ type, clusterIP: "10.32.0.7" }, internal, { status }))).toEqual([
    "A in.dtk.io -> 10.32.0.7",
  ]);
});

test("internal-hostname of a NodePort has the nodes' addresses", () => {
  expect(linesOf(translate({ type: "NodePort", clusterIP: "10.32.0.7" }, internal))).toEqual([
    "A in.dtk.io -> 192.0.2.10",
  ]);
});

test("an annotated target serves any type", () => {
  const annotations = { ...hostname, ...internal, target: "192.0.2.9" };
  expect(linesOf(translate({ type: "ClusterIP", clusterIP: "None" }, annotations))).toEqual([
    "A foo.dtk.io -> 192.0.2.9",
    "A in.dtk.io -> 192.0.2.9",
  ]);
});

test.each([
  { spec: { type: "LoadBalancer" }, reason: "no-target", says: "has no address yet" },
  { spec: { type: "ClusterIP", clusterIP: "10.32.0.7" }, reason: "no-target", says: "internal-hostname instead" },
  { spec: { clusterIP: "None" }, reason: "not-supported", says: "headless" },
  { spec: { type: "ExternalName" }, reason: "no-target", says: "externalName is empty" },
  { spec: { type: "Odd" }, reason: "not-supported", says: '"Odd"' },
])("no name without a target: $spec", ({ spec, reason, says }) => {
  const translation = translate(spec, hostname);
  expect(linesOf(translation)).toEqual([]);
  expect(translation.notAsked).toEqual([{ reason, names: ["foo.dtk.io"], sentence: expect.stringContaining(says) }]);
  expect(translation.notAsked[0]?.sentence).toContain('"foo.dtk.io"');
});

test.each([
  { spec: { type: "LoadBalancer", clusterIP: "None" }, reason: "no-target" },
  { spec: { clusterIP: "None" }, reason: "not-supported" },
  { spec: { clusterIP: "" }, reason: "no-target" },
])("no internal name without a cluster IP: $spec", ({ spec, reason }) => {
  expect(translate(spec, internal).notAsked).toMatchObject([{ reason }]);
});
