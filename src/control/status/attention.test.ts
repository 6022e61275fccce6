/** Each lasting problem is one item with what to type; what is well is none. The whole status is tested in src/contract/. */
import { describe, expect, test } from "vitest";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import type { SinkReport } from "../../engine/sink.ts";
import type { Status } from "../../contract/status.ts";
import { type AttentionState, findAttention } from "./attention.ts";

type Cluster = Status["clusters"][number];

const now = Date.parse("2026-01-10T00:00:00Z");
const state: AttentionState = {
  storeTrouble: undefined,
  viewTrouble: undefined,
  reports: new Map(),
  overLimit: [],
  now,
};
const trouble = (code: string) => ({ code, message: `${code}.`, hint: "Do it." });

const sink: Status["sinks"][number] = {
  id: "hosts-file",
  name: "hosts file",
  path: "/etc/hosts",
  ok: true,
  lastWrittenAt: null,
  method: null,
  conflicts: { total: 0, list: [] },
  trouble: null,
};

function find(given: Parameters<typeof statusOf>[0], more: Partial<AttentionState> = {}) {
  return findAttention(statusOf(given), { ...state, ...more });
}

/** What is found of one cluster. */
function ofCluster(given: Partial<Cluster>, server: Partial<Status["server"]> = {}) {
  return find({ clusters: [clusterOf(given)], server });
}

function ago(milliseconds: number): string {
  return new Date(now - milliseconds).toISOString();
}

const [minute, day] = [60_000, 86_400_000];

test("a server that is well needs nothing", () => {
  expect(find({ clusters: [clusterOf({ lastHeard: ago(2000) })], sinks: [sink] })).toEqual([]);
});

test("the gravest comes first: what is stored, then what is shown, then what is only worth a look", () => {
  const report: SinkReport = {
    ok: true,
    method: "rename",
    diff: { added: [], removed: [] },
    refused: [],
    notices: [trouble("of-write")],
  };
  const items = find(
    {
      clusters: [clusterOf({ clusterIPs: [] })],
      sinks: [
        {
          ...sink,
          trouble: trouble("of-sink"),
          conflicts: { total: 1, list: [{ name: "a.io", line: 3, text: "1.2.3.4 a.io" }] },
        },
      ],
    },
    {
      storeTrouble: trouble("of-store"),
      viewTrouble: trouble("of-view"),
      notices: [trouble("worth-a-look")],
      overLimit: [trouble("over-limit")],
      reports: new Map([["hosts-file", report]]),
    },
  );
  expect(items.map(({ code, severity, sink: of }) => [code, severity, of])).toEqual([
    ["of-store", "error", undefined],
    ["of-view", "error", undefined],
    ["of-sink", "error", "hosts-file"],
    ["worth-a-look", "warning", undefined],
    ["no-cluster-ip", "error", undefined],
    ["of-write", "warning", "hosts-file"],
    ["over-limit", "warning", undefined],
    ["name-is-yours", "warning", "hosts-file"],
  ]);
});

test("a trouble that has a severity keeps it", () => {
  const [item] = find({}, { storeTrouble: { ...trouble("of-store"), severity: "info" } });
  expect(item?.severity).toBe("info");
});

describe("a cluster without an address", () => {
  test("shows nothing, and the command sets it at the cluster's own path", () => {
    expect(ofCluster({ name: "kind-a", clusterIPs: [] })).toMatchObject([
      { code: "no-cluster-ip", command: "curl -d ADDRESS http://localhost:5000/clusters/kind-a/clusterip" },
    ]);
    expect(ofCluster({ clusterIPs: [] })).toMatchObject([
      { command: "curl -d ADDRESS http://localhost:5000/clusterip" },
    ]);
  });

  test("is called with the token where one is needed", () => {
    const [item] = ofCluster({ clusterIPs: [] }, { tokenRequired: true });
    expect(item?.command).toMatch(/^curl -u :ADMIN_TOKEN /);
  });

  test("that follows ExternalDNS waits for its call", () => {
    const [item] = ofCluster({ clusterIPs: [], followsCaller: true });
    expect(item?.message).toContain("follows ExternalDNS");
  });

  test.each<[string, Partial<Cluster>]>([
    ["points to the records' own addresses", { targets: "record" }],
    ["is not used at all", { domains: [], records: {} }],
  ])("needs none when it %s", (_, given) => {
    expect(ofCluster({ clusterIPs: [], ...given })).toEqual([]);
  });
});

describe("a cluster without a domain", () => {
  test.each<[string, Partial<Cluster>, boolean]>([
    ["with a name", { name: "kind-a" }, true],
    ["with an address", {}, true],
    ["with records", { clusterIPs: [], targets: "record", records: { CNAME: 1 } }, true],
    ["that nobody set up, as at the first start", { clusterIPs: [] }, false],
  ])("%s", (_, given, isFound) => {
    const codes = ofCluster({ domains: [], ...given }).map(({ code }) => code);
    expect(codes).toEqual(isFound ? ["no-managed-domain"] : []);
  });
});

describe("a cluster whose address moved", () => {
  test.each([
    [["172.18.0.2"], "172.18.0.3", "172.18.0.3"],
    [["172.18.0.2", "fc00::2"], "172.18.0.3", "172.18.0.3,fc00::2"],
    [["172.18.0.2", "fc00::2"], "fc00::3", "172.18.0.2,fc00::3"],
  ])("from %j to %s: the command sets %s", (clusterIPs, movedTo, next) => {
    expect(ofCluster({ clusterIPs, movedTo })).toMatchObject([
      {
        code: "cluster-ip-moved",
        severity: "warning",
        message: expect.stringContaining(clusterIPs.join(", ")),
        command: `curl -d ${next} http://localhost:5000/clusterip`,
      },
    ]);
  });
});

test("domains that ExternalDNS does not look at before it restarts are named", () => {
  const negotiation = { at: ago(minute), include: ["dtk.io"], unseen: ["new.io", "more.io"] };
  expect(ofCluster({ negotiation, lastHeard: ago(1000) })).toMatchObject([
    { code: "restart-external-dns", severity: "warning", message: expect.stringContaining("new.io, more.io") },
  ]);
});

describe("silence", () => {
  const silent = (milliseconds: number, awake = milliseconds) =>
    ofCluster({ lastHeard: ago(milliseconds), silentSeconds: awake / 1000, shown: 2 });

  test("is nothing while ExternalDNS may still be on its way", () => {
    expect(silent(minute)).toEqual([]);
  });

  test("is said in the largest unit of which there are two", () => {
    expect(silent(119 * minute)[0]?.message).toContain("119 minutes");
    expect(silent(120 * minute)[0]?.message).toContain("2 hours");
    expect(silent(47 * 60 * minute)[0]?.message).toContain("47 hours");
  });

  test("of days means that the cluster may be gone, and names what forgets it", () => {
    expect(silent(3 * day)).toMatchObject([
      {
        code: "cluster-absent",
        severity: "warning",
        message: expect.stringMatching(/3 days; 2 of its names are still shown/),
        command: "sudo hostsfile-server clear --cluster default",
      },
    ]);
  });

  test("of days in which this machine slept does not count as absence", () => {
    expect(silent(3 * day, 0).map(({ code }) => code)).toEqual(["external-dns-silent"]);
  });

  test("on another port, the command names it", () => {
    const given = { lastHeard: ago(3 * day), silentSeconds: day };
    const [item] = ofCluster(given, { address: "http://localhost:5001" });
    expect(item?.command).toMatch(/--port=5001$/);
  });

  test("of a cluster that never called is not counted", () => {
    expect(ofCluster({ lastHeard: null, silentSeconds: 30 * 86_400 })).toEqual([]);
  });
});

describe("names that your own lines have", () => {
  const conflicts = (total: number) => ({
    total,
    list: [{ name: "nas.dtk.io", line: 7, text: "  10.0.0.1 nas.dtk.io " }],
  });

  test.each([
    [1, "nas.dtk.io cannot be written"],
    [3, "nas.dtk.io and 2 more cannot be written"],
  ])("%i of them: the first is named with its line", (total, words) => {
    expect(find({ sinks: [{ ...sink, conflicts: conflicts(total) }] })).toMatchObject([
      { code: "name-is-yours", message: expect.stringContaining(words), command: "hostsfile-server adopt" },
    ]);
    expect(find({ sinks: [{ ...sink, conflicts: conflicts(total) }] })[0]?.message).toMatch(
      /line 7 has it: 10\.0\.0\.1 nas\.dtk\.io$/,
    );
  });
});

test("a name that only the responder shows is worth a word where nobody asks it", () => {
  expect(find({}, { unasked: ["*.dtk.io", "_x.dtk.io"] })).toMatchObject([
    { code: "resolver-left-alone", severity: "info", message: expect.stringContaining("resolve *.dtk.io and 1 more:") },
  ]);
  expect(find({}, { unasked: [] })).toEqual([]);
});
