/** The status as a person reads it. */
import { expect, test } from "vitest";
import type { Status } from "../control/status.ts";
import { renderStatus } from "./status-text.ts";

const none = { total: 0, list: [] };
const now = Date.parse("2026-01-02T00:00:00Z");
const status: Status = {
  server: {
    pid: 7,
    version: "1.2.3",
    since: "2025-12-30T23:00:00Z",
    address: "http://localhost:5000",
    hostsFile: "/etc/hosts",
    ready: true,
    dryRun: false,
    allowed: ["192.168.122.0/24"],
    tokenRequired: false,
  },
  clusters: [
    {
      name: "default",
      clusterIPs: ["192.168.122.167"],
      domains: ["dtk.io"],
      targets: "cluster",
      negotiation: { at: "2026-01-01T23:00:00Z", include: ["dtk.io"], unseen: [] },
      lastHeard: "2026-01-01T23:59:58Z",
      records: { CNAME: 2, TXT: 2 },
      shown: 1,
    },
  ],
  sinks: [
    {
      name: "hosts file",
      ok: true,
      lastWrittenAt: "2026-01-01T23:55:00Z",
      method: "rename",
      conflicts: none,
      trouble: null,
    },
  ],
  names: none,
  notShown: {
    total: 25,
    list: Array.from({ length: 25 }, (_, index) => ({
      name: "x",
      cluster: "default",
      reason: "wildcard",
      sentence: `*.${index} is not shown.`,
    })),
  },
  leftOut: none,
  contested: none,
  attention: [],
};

test("each part is there, with ages in their largest unit, and long lists are counted", () => {
  expect(
    renderStatus(status, now)
      .split("\n")
      .filter((line) => !line.startsWith("  *.")),
  ).toEqual([
    "hostsfile-server 1.2.3, pid 7, up 2 d, ready",
    "  address      http://localhost:5000",
    "  hosts file   /etc/hosts",
    "  may call     this machine, 192.168.122.0/24",
    "",
    "Cluster default",
    "  cluster IP   192.168.122.167",
    "  domains      dtk.io",
    "  targets      cluster",
    "  records      2 CNAME, 2 TXT; 1 name shown",
    "  last call    2 s ago",
    "  told         1 h ago to look at dtk.io",
    "",
    "The hosts file is in step, replaced 5 min ago",
    "",
    "Not shown: 25",
    "  and 5 more",
    "",
    "Nothing needs attention.",
    "",
  ]);
});

test("what needs attention comes last, with its command", () => {
  const attention = [{ code: "no-cluster-ip", message: "No name is shown.", hint: "Set it." }];
  const sinks = [
    {
      name: "hosts file",
      ok: false,
      lastWrittenAt: null,
      method: null,
      conflicts: none,
      trouble: { code: "full", message: "The disk is full.", hint: "" },
    },
  ];
  const text = renderStatus(
    { ...status, attention, sinks, server: { ...status.server, ready: false, tokenRequired: true } },
    now,
  );
  expect(text).toContain("NOT READY");
  expect(text).toContain("whoever shows a token");
  expect(text).toContain("The hosts file is NOT in step, not written since the start\n  The disk is full.\n");
  expect(text.endsWith("Needs attention:\n  No name is shown. [no-cluster-ip]\n    Set it.\n")).toBe(true);
});
