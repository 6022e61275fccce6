import { describe, expect, test } from "vitest";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { findResponder, listeningAt, requireAnswers } from "./responder-place.ts";

const domains = [parseManagedDomain("dtk.io") ?? expect.fail()];

type Sinks = Parameters<typeof findResponder>[0];

function statusOf(...sockets: readonly (readonly [address: string, transport: string, open?: boolean])[]): Sinks {
  const responder = {
    sockets: sockets.map(([address, transport, open = true]) => ({ address, transport, open })),
    queries: 0,
    drops: 0,
    lastQueryAt: null,
  };
  const conflicts = { total: 0, list: [] };
  return { sinks: [{ name: "DNS", ok: true, lastWrittenAt: null, method: null, conflicts, trouble: null, responder }] };
}

describe("the responder as the cluster reaches it", () => {
  test("is where it listens over both transports", () => {
    const both = statusOf(["192.0.2.1:53", "tcp"], ["192.0.2.1:5391", "udp"], ["192.0.2.1:5391", "tcp"]);
    expect(listeningAt(both, "192.0.2.1")).toEqual({ address: "192.0.2.1", port: 5391 });
    const six = statusOf(["[2001:db8::1]:5391", "udp"], ["[2001:db8::1]:5391", "tcp"]);
    expect(listeningAt(six, "2001:db8::1")).toEqual({ address: "2001:db8::1", port: 5391 });
  });

  test.each([
    ["it is off", { sinks: [] }],
    ["it listens on loopback", statusOf(["127.0.0.1:5391", "udp"], ["127.0.0.1:5391", "tcp"])],
    ["a socket is closed", statusOf(["192.0.2.1:5391", "udp"], ["192.0.2.1:5391", "tcp", false])],
  ])("is nowhere where %s, and the flag is said", (_, status) => {
    const trouble = { code: "dns-not-listening", hint: expect.stringContaining("--dns-listen=192.0.2.1") as string };
    expect(() => findResponder(status, "192.0.2.1")).toThrow(expect.objectContaining(trouble));
  });

  test("must have an address", () => {
    const trouble = { code: "dns-host-without-address" };
    expect(() => findResponder(statusOf(), "host.docker.internal")).toThrow(expect.objectContaining(trouble));
  });

  test("must answer", async () => {
    const place = findResponder(statusOf(["127.0.0.1:9", "udp"], ["127.0.0.1:9", "tcp"]), "127.0.0.1");
    // Nobody has this port.
    await expect(requireAnswers(place, domains)).rejects.toMatchObject({ code: "responder-unheard", exitCode: 3 });
  });
});
