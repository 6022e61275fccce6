/** `auto` chooses the records' own addresses only where the cluster hands out such addresses. */
import { expect, test } from "vitest";
import { gateway, node, service } from "../../../test/support/kubernetes-facts.ts";
import { parseAddress } from "../../records/address.ts";
import { chooseTargetMode } from "./target-choice.ts";

const nodes = [node({ name: "cp", addresses: ["192.0.2.11"] })];
const clusterIPs = [parseAddress("192.0.2.40")].flatMap((address) => address ?? []);
const controller = service({ name: "ingress", labels: { app: "traefik" }, addresses: ["192.0.2.41"] });

test.each([
  { case: "nothing has an address", services: [], gateways: [], targets: "cluster" },
  { case: "the ingress controller alone has one", services: [controller], gateways: [], targets: "cluster" },
  {
    case: "k3s gives the node's own to a Service",
    services: [service({ name: "web", addresses: ["192.0.2.11"] })],
    gateways: [],
    targets: "cluster",
  },
  { case: "a Gateway has the cluster IP", services: [], gateways: [gateway("g", ["192.0.2.40"])], targets: "cluster" },
  {
    case: "MetalLB gives a Service its own",
    services: [service({ name: "web", addresses: ["192.0.2.50"] })],
    gateways: [],
    targets: "record",
    reason: "Service default/web has the address 192.0.2.50 of its own",
  },
  {
    case: "two have their own",
    services: [service({ name: "web", addresses: ["192.0.2.50"] })],
    gateways: [gateway("g", ["192.0.2.51"])],
    targets: "record",
    reason: "Service default/web has the address 192.0.2.50 of its own and 1 more have theirs",
  },
])("$case: $targets", ({ services, gateways, targets, reason = "no Service or Gateway has an address of its own" }) => {
  expect(chooseTargetMode({ nodes, services, gateways }, clusterIPs)).toEqual({ targets, reason });
});
