/** The host IP is the kernel's own choice on the way to the cluster, unless that way is the loopback. */
import { expect, test } from "vitest";
import { type Address, parseAddress } from "../../records/address.ts";
import { chooseHostIP, lookUpRoute } from "./host-ip.ts";

const [there, local, loopback] = ["192.168.122.167", "192.168.122.1", "127.0.0.1"].map((text) => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(text);
  return address;
}) as [Address, Address, Address];

test("the local address on the route", async () => {
  expect(await chooseHostIP([there], async () => local)).toMatchObject({
    host: local,
    reason: "the address of this machine on the way to 192.168.122.167",
  });
});

test.each([
  { case: "the route is the loopback", route: loopback },
  { case: "there is no route", route: undefined },
])("$case: Docker Desktop's name first, the address of user-mode networks second", async ({ route }) => {
  const { host, alternatives } = await chooseHostIP([loopback], async () => route);
  expect([host, ...alternatives.map((other) => other.host)]).toEqual(["host.docker.internal", "10.0.2.2"]);
});

test("the kernel is asked without a packet: its answer for the loopback is the loopback", async () => {
  expect(await lookUpRoute(loopback)).toBe(loopback);
});
