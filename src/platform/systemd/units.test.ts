import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Address, parseAddress } from "../../records/address.ts";
import {
  listenStreamOf,
  preparationDropIn,
  responderDropIn,
  responderUnit,
  serviceUnit,
  socketDropIn,
  socketUnit,
} from "./units.ts";

describe("the socket's unit", () => {
  test.each([
    [undefined, "ListenStream=5000"],
    ["192.0.2.1", "ListenStream=192.0.2.1:5000"],
    ["fd00::1", "ListenStream=[fd00::1]:5000"],
  ])("listens on %s", (host, line) => {
    expect(socketUnit({ host, port: 5000 }).split("\n")).toContain(line);
  });
});

describe("where a socket listens", () => {
  test.each([
    { host: undefined, port: 5000 },
    { host: "192.0.2.1", port: 80 },
    { host: "fd00::1", port: 5001 },
  ])("is read back as it was written: %o", (place) => {
    const [line] = /(?<=^ListenStream=).+$/m.exec(socketUnit(place)) ?? [];
    expect(listenStreamOf(socketUnit(place))).toBe(line);
    expect(listenStreamOf(socketDropIn(place))).toBe(line);
  });

  test("and is unknown without a unit", () => {
    expect(listenStreamOf("")).toBeUndefined();
  });
});

describe("the responder's unit", () => {
  const places = [
    { address: address("127.0.0.1"), port: 5391 },
    { address: address("::1"), port: 53 },
  ];

  test("holds a socket for each place and transport, beside which the service starts all the same", () => {
    const unit = responderUnit(places).split("\n");
    expect(unit.filter((line) => line.startsWith("Listen"))).toEqual([
      "ListenDatagram=127.0.0.1:5391",
      "ListenStream=127.0.0.1:5391",
      "ListenDatagram=[::1]:53",
      "ListenStream=[::1]:53",
    ]);
    expect(unit).toContain("Service=hostsfile-server.service");
    expect(unitOf(["/opt/node"])).not.toMatch(/^(?:Requires|Wants)=.*-dns/m);
  });

  test("notes who has any of its ports", () => {
    expect(responderUnit(places)).toContain("ss -Hlntup 'sport = :5391 or sport = :53' |");
  });

  test("of a package is replaced as a whole", () => {
    expect(responderDropIn(places).split("\n").slice(1, 4)).toEqual([
      "ListenDatagram=",
      "ListenStream=",
      "ListenDatagram=127.0.0.1:5391",
    ]);
  });
});

function address(text: string): Address {
  const read = parseAddress(text);
  if (read === undefined) throw new Error("the test's own address is wrong");
  return read;
}

describe("what is done before the service starts", () => {
  test("has all powers, and opens folders that need not be there yet", () => {
    const text = preparationDropIn({ script: "mkdir -p /run/x; true", writable: ["/run/x"], opensSockets: false });
    expect(text).toContain('\nExecStartPre=+/bin/sh -c "mkdir -p /run/x; true"\n');
    expect(text).toContain("\nReadWritePaths=-/run/x\n");
    expect(text).not.toContain("AF_INET");
  });

  test("can be nothing but sockets", () => {
    const text = preparationDropIn({ opensSockets: true });
    expect(text).toContain("\nRestrictAddressFamilies=AF_INET AF_INET6\n");
    expect(text).not.toContain("ExecStartPre");
  });
});

function unitOf(command: readonly string[]): string {
  return serviceUnit(command, { hasAddon: true });
}

function commandOf(unit: string): string {
  return /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? "";
}

describe("the service's unit", () => {
  test("starts the server by its whole path", () => {
    expect(commandOf(unitOf(["/opt/node", "/opt/server.js"]))).toBe("/opt/node /opt/server.js serve");
  });

  test.each([
    ["/opt/my programs/node", '"/opt/my programs/node" serve'],
    ["/opt/100%/node", '"/opt/100%%/node" serve'],
    ["/opt/$HOME/node", '"/opt/$$HOME/node" serve'],
    ['/opt/"x"/node', '"/opt/\\"x\\"/node" serve'],
  ])("writes %s so that systemd reads it back", (path, command) => {
    expect(commandOf(unitOf([path]))).toBe(command);
  });

  test.each([
    [true, "main"],
    [false, "all"],
  ])("lets others than the server speak to systemd only where it cannot itself: %s", (hasAddon, access) => {
    expect(serviceUnit(["/opt/node"], { hasAddon })).toContain(`\nNotifyAccess=${access}\n`);
  });

  test("has each setting once, but for the filter of system calls", () => {
    const keys = unitOf(["/opt/node"])
      .split("\n")
      .flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? [])
      .filter((key) => key !== "SystemCallFilter");
    expect(keys).toEqual([...new Set(keys)]);
  });

  test("a path never becomes a second line", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\/[ -~]{0,30}$/), (path) => {
        expect(unitOf([path]).split("\n").length).toBe(unitOf(["/x"]).split("\n").length);
      }),
    );
  });
});
