/** Whether the installed responder is on and where it listens: as given, else as installed, else on this machine alone. */
import { expect, test } from "vitest";
import { formatListenAddress, parseListenAddress } from "../../records/listen-address.ts";
import { planResponder } from "./install-responder.ts";

function plan(given: Parameters<typeof planResponder>[0], ...installed: readonly string[]) {
  const { places, isOn, variables } = planResponder(given, { settings: `${installed.join("\n")}\n` });
  return { places: places.map(formatListenAddress), isOn, variables };
}

const usual = ["127.0.0.1:5391", "[::1]:5391"];
const bridge = parseListenAddress("192.168.122.1:53");
const dnsListen = bridge === undefined ? [] : [bridge];

test("it is on at first, on this machine alone", () => {
  expect(planResponder({}, { settings: undefined })).toMatchObject({ isOn: true, variables: {} });
  expect(plan({})).toMatchObject({ isOn: true, places: usual });
});

test.each<readonly [Parameters<typeof planResponder>[0], readonly string[], object]>([
  [{ dns: false }, [], { isOn: false, variables: { HOSTSFILE_SERVER_DNS: "off" } }],
  [{}, ["HOSTSFILE_SERVER_DNS=off"], { isOn: false, variables: { HOSTSFILE_SERVER_DNS: "off" } }],
  [{ dns: true }, ["HOSTSFILE_SERVER_DNS=off"], { isOn: true, variables: { HOSTSFILE_SERVER_DNS: undefined } }],
  [{}, ["HOSTSFILE_SERVER_DNS=on"], { isOn: true }],
  [
    { dnsListen },
    [],
    { places: [...usual, "192.168.122.1:53"], variables: { HOSTSFILE_SERVER_DNS_LISTEN: "192.168.122.1:53" } },
  ],
  [{}, ["HOSTSFILE_SERVER_DNS_LISTEN=192.168.122.1:53"], { places: [...usual, "192.168.122.1:53"] }],
  [{ dnsListen: [] }, ["HOSTSFILE_SERVER_DNS_LISTEN=192.168.122.1:53"], { places: usual }],
  [{}, ["HOSTSFILE_SERVER_DNS_LISTEN=nonsense", "HOSTSFILE_SERVER_DNS=maybe"], { isOn: true, places: usual }],
])("%j with %j installed", (given, installed, wanted) => {
  expect(plan(given, ...installed)).toMatchObject(wanted);
});

test("a place that is kept is not written again, nor taken out", () => {
  expect(plan({}, "HOSTSFILE_SERVER_DNS_LISTEN=192.168.122.1").variables).not.toHaveProperty(
    "HOSTSFILE_SERVER_DNS_LISTEN",
  );
});
