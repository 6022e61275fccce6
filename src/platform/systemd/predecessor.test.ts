import { describe, expect, test } from "vitest";
import { readPredecessor } from "./predecessor.ts";
import { serviceUnit } from "./units.ts";

function unit(command: string): string {
  return `[Unit]\nDescription=x\n\n[Service]\nExecStart=${command}\nRestart=always\n`;
}

describe("the predecessor's unit", () => {
  test.each([
    [
      "python3 /opt/hostsfile-server.py --cluster-ip=192.0.2.1 --port=5003 --domains=a.io,b.io",
      { "cluster-ip": "192.0.2.1", port: "5003", domains: "a.io,b.io" },
    ],
    ["/usr/bin/env python3 '/home/me/hostsfile-server.py' --port 5003", { port: "5003" }],
    [
      "/opt/hostsfile-server.py \\\n  --domains=a.io \\\n  --cluster-ip 192.0.2.1",
      { "cluster-ip": "192.0.2.1", domains: "a.io" },
    ],
    ["-/opt/hostsfile-server.py", {}],
    ["/opt/hostsfile-server.py --debug --dry-run --port 5003", { port: "5003", debug: "true", "dry-run": "true" }],
  ])("%s", (command, flags) => {
    expect(readPredecessor(unit(command))).toEqual(flags);
  });

  test.each([
    [
      "our own",
      serviceUnit(["/usr/local/lib/hostsfile-server/node", "/usr/local/lib/hostsfile-server/hostsfile-server.js"], {
        hasAddon: true,
      }),
    ],
    ["another program's", unit("/usr/sbin/dnsmasq")],
    ["one without a command", "[Service]\n"],
  ])("%s is none", (_, text) => {
    expect(readPredecessor(text)).toBeUndefined();
  });
});
