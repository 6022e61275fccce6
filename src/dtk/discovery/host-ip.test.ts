/** The host IP is the kernel's own choice on the way to the cluster, unless that way is the loopback. */
import { expect, test } from "vitest";
import { type Address, parseAddress } from "../../records/address.ts";
import { chooseHostIP, lookUpRoute } from "./host-ip.ts";

const [there, local, loopback, guest] = ["192.168.122.167", "192.168.122.1", "127.0.0.1", "10.0.2.15"].map((text) => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}) as [Address, Address, Address, Address];

test("the local address on the route", async () => {
  expect(await chooseHostIP([there], [there], async () => local)).toMatchObject({
    host: local,
    reason: "the address of this machine on the way to 192.168.122.167",
  });
});

test.each([
  { case: "the route is the loopback", route: loopback, nodes: [there], hosts: ["host.docker.internal", "10.0.2.2"] },
  { case: "there is no route", route: undefined, nodes: [there], hosts: ["host.docker.internal", "10.0.2.2"] },
  {
    case: "the node is in a user-mode network",
    route: loopback,
    nodes: [guest],
    hosts: ["10.0.2.2", "host.docker.internal"],
  },
])("behind a port mapping, when $case: $hosts.0 first", async ({ route, nodes, hosts }) => {
  const { host, alternatives } = await chooseHostIP([loopback], nodes, async () => route);
  expect([host, ...alternatives.map((other) => other.host)]).toEqual(hosts);
});

test("the kernel is asked without a packet: its answer for the loopback is the loopback", async () => {
  expect(await lookUpRoute(loopback)).toBe(loopback);
});
