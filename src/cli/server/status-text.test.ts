/** The status as a person reads it. */
import { describe, expect, test, vi } from "vitest";
import type { Status } from "../../contract/status.ts";
import { clusterOf, resolverOf, statusOf, teamOf, teamServerOf } from "../../../test/support/status.ts";
import { renderStatus } from "./status-text.ts";
import { plain } from "../terminal.ts";

const none = { total: 0, list: [] };
const now = Date.parse("2026-01-02T00:00:00Z");
const status: Status = statusOf({
  server: { pid: 7, version: "1.2.3", since: "2025-12-30T23:00:00Z", allowed: ["192.168.122.0/24"] },
  clusters: [
    clusterOf({
      negotiation: { at: "2026-01-01T23:00:00Z", include: ["dtk.io"], unseen: [] },
      lastHeard: "2026-01-01T23:59:58Z",
      caller: "192.168.122.167",
      records: { CNAME: 2, TXT: 2 },
      shown: 1,
    }),
  ],
  sinks: [
    {
      name: "hosts file",
      path: "/etc/hosts",
      ok: true,
      lastWrittenAt: "2026-01-01T23:55:00Z",
      method: "rename",
      conflicts: none,
      trouble: null,
    },
  ],
  names: {
    total: 1,
    list: [{ name: "foo.dtk.io", addresses: ["192.168.122.167"], cluster: "default", resource: null, since: null }],
  },
  notShown: {
    total: 25,
    list: Array.from({ length: 25 }, (_, index) => ({
      name: "x",
      cluster: "default",
      reason: "wildcard",
      sentence: `*.${index} is not shown.`,
    })),
  },
});

const render = (shown: Status, width = Number.POSITIVE_INFINITY): string[] =>
  renderStatus(shown, { now, terminal: { ...plain, width } }).split("\n");

const sectionOf = (lines: string[], title: string): string[] => {
  const start = lines.findIndex((line) => line.startsWith(title));
  return lines.slice(start, lines.indexOf("", start));
};

test("each part is there, with ages in their largest unit, and long lists are counted", () => {
  vi.stubEnv("TZ", "Europe/Berlin");
  const lines = render(status);
  vi.unstubAllEnvs();
  expect(lines.filter((line) => !line.includes("*."))).toEqual([
    "hostsfile-server 1.2.3 is ready",
    "  process      pid 7, since 2025-12-31 00:00 (2 d)",
    "  address      http://localhost:5000",
    "  may call     this machine, 192.168.122.0/24",
    "",
    "Cluster default",
    "  cluster IP   192.168.122.167",
    "  domains      dtk.io",
    "  negotiated   1 h ago: dtk.io",
    "  last call    2 s ago from 192.168.122.167",
    "  records      2 CNAME, 2 TXT",
    "  shown        1 name: foo.dtk.io",
    "               and 15 more; --json lists them",
    "",
    "Hosts file /etc/hosts is up to date",
    "  written      5 min ago, replaced",
    "",
    "Nothing needs attention.",
    "",
  ]);
  expect(lines.filter((line) => line.includes("*."))).toEqual([
    "  not shown    *.0 is not shown.",
    ...Array.from({ length: 9 }, (_, index) => `               *.${index + 1} is not shown.`),
  ]);
});

test("each cluster has its own names and exceptions", () => {
  const [cluster] = status.clusters;
  const exception = { name: "x", cluster: "kind-a", reason: "not-managed", sentence: "x lies in no managed domain." };
  const empty = {
    clusterIPs: [],
    domains: [],
    targets: "record",
    records: {},
    shown: 0,
    lastHeard: null,
    negotiation: null,
  };
  const clusters = cluster === undefined ? [] : [cluster, { ...cluster, ...empty, name: "kind-a" }];
  expect(
    sectionOf(render({ ...status, clusters, leftOut: { total: 1, list: [exception] } }), "Cluster kind-a"),
  ).toEqual([
    "Cluster kind-a",
    "  cluster IP   not set",
    "  domains      none",
    "  targets      each record's own addresses",
    "  negotiated   never",
    "  last call    never",
    "  records      none",
    "  shown        0 names",
    "  left out     x lies in no managed domain.",
  ]);
});

test("of names beyond those that are listed the number is said, and of exceptions at least how many", () => {
  const [cluster, name, exception] = [status.clusters[0], status.names.list[0], status.notShown.list[0]];
  const many = {
    ...status,
    clusters: cluster === undefined ? [] : [{ ...cluster, shown: 3000 }],
    names: { total: 3000, list: Array.from({ length: 1000 }, () => name ?? expect.fail()) },
    notShown: { total: 300, list: Array.from({ length: 100 }, () => exception ?? expect.fail()) },
  };
  const lines = render(many);
  expect(lines.find((line) => line.startsWith("  shown"))).toMatch(
    /^ {2}shown {8}3,000 names: .*foo\.dtk\.io and 2,990 more$/,
  );
  expect(lines).toContain("               and at least 90 more; --json lists them");
});

test("the system resolver: who is in charge, how much of each domain it asks about, and when it did", () => {
  const resolver = resolverOf({
    way: "hook",
    sentence: "systemd-resolved 259 is in charge of names.",
    domains: [
      { name: "dtk.io", routing: "parts", routes: ["apps.dtk.io"] },
      { name: "my.test", routing: "whole", routes: ["my.test"] },
    ],
    questions: 1234,
    lastQuestionAt: "2026-01-01T23:55:00Z",
    repairs: 1,
  });
  expect(sectionOf(render({ ...status, resolver }), "System resolver")).toEqual([
    "System resolver is told",
    "  way          systemd-resolved 259 is in charge of names.",
    "  domains      dtk.io: apps.dtk.io, since it may have names of others",
    "               my.test: all of it",
    "  asked        1,234 times, last 5 min ago",
    "  told again   1 time",
  ]);
  const untold = resolverOf({ ok: false, domains: [{ name: "dtk.io", routing: "untold", routes: [] }] });
  const lines = sectionOf(render({ ...status, resolver: untold }), "System resolver");
  expect(lines).toEqual(expect.arrayContaining(["System resolver is NOT told", "  domains      dtk.io: not told"]));
});

describe("the hosts file", () => {
  const sink = {
    name: "hosts file",
    path: "/etc/hosts",
    ok: true,
    lastWrittenAt: null,
    method: null,
    conflicts: none,
    trouble: null,
  };

  test("names your own lines that are in the way, by their numbers", () => {
    const list = [
      { name: "nas.dtk.io", line: 2, text: "192.168.0.12 nas.dtk.io" },
      { name: "tv.dtk.io", line: 5, text: "192.168.0.13 tv.dtk.io" },
    ];
    const lines = render({ ...status, sinks: [{ ...sink, conflicts: { total: 7, list } }] });
    expect(sectionOf(lines, "Hosts file")).toEqual([
      "Hosts file /etc/hosts is up to date",
      "  written      not since the start",
      "  your lines   nas.dtk.io (line 2), tv.dtk.io (line 5) and 5 more",
    ]);
  });

  test("names a sink that writes no file by its title, and how it was written in its own word", () => {
    const zone = {
      ...sink,
      name: "DNS zone",
      path: undefined,
      method: "published",
      lastWrittenAt: "2026-01-01T23:55:00Z",
    };
    const lines = render({ ...status, sinks: [sink, zone] });
    expect(sectionOf(lines, "DNS zone")).toEqual(["DNS zone is up to date", "  written      5 min ago, published"]);
  });

  test.each([
    ["in-place", false, "5 min ago, written in place"],
    ["memory", true, "5 min ago, in memory alone (dry run: the file is left alone)"],
  ])("says how it was written: %s", (method, dryRun, words) => {
    const written = { ...sink, ok: false, lastWrittenAt: "2026-01-01T23:55:00Z", method };
    const lines = render({ ...status, sinks: [written], server: { ...status.server, dryRun } });
    expect(sectionOf(lines, "Hosts file")).toEqual([
      "Hosts file /etc/hosts is NOT up to date",
      `  written      ${words}`,
    ]);
  });
});

test("what needs attention comes last, each with its command on a line of its own", () => {
  const attention = [
    { code: "hosts-file-full", message: "The disk is full.", hint: "Make room." },
    {
      code: "no-cluster-ip",
      message: "No name is shown.",
      hint: "Set it:",
      command: "curl -d ADDRESS http://localhost:5000/clusterip",
    },
  ];
  const lines = render({
    ...status,
    attention,
    server: { ...status.server, ready: false, tokenRequired: true },
  });
  expect(lines[0]).toBe("hostsfile-server 1.2.3 is NOT READY");
  expect(lines[3]).toBe("  may call     anyone with a token");
  expect(lines.slice(-7)).toEqual([
    "Needs attention",
    "  The disk is full. [hosts-file-full]",
    "    Make room.",
    "  No name is shown. [no-cluster-ip]",
    "    Set it:",
    "      curl -d ADDRESS http://localhost:5000/clusterip",
    "",
  ]);
});

test("fits the terminal, except for commands, which are never broken", () => {
  const domains = Array.from({ length: 12 }, (_, index) => `d-${index}.example.io`);
  const [cluster] = status.clusters;
  const hint = "Set it with the address of the control-plane node:";
  const command = "curl -u :ADMIN_TOKEN -d ADDRESS http://localhost:5000/clusters/a/clusterip";
  const lines = render(
    {
      ...status,
      clusters: cluster === undefined ? [] : [{ ...cluster, domains }],
      attention: [{ code: "no-cluster-ip", message: "word ".repeat(40).trim(), hint, command }],
    },
    50,
  );
  expect(lines.filter((line) => line.length > 50)).toEqual([`      ${command}`]);
  const from = lines.findIndex((line) => line.startsWith("  domains"));
  expect(lines.slice(from, from + 3)).toEqual([
    "  domains      d-0.example.io, d-1.example.io,",
    "               d-2.example.io, d-3.example.io,",
    "               d-4.example.io, d-5.example.io,",
  ]);
  expect(lines[from + 5]).toBe("               2 more");
});

test("colours tell good from bad and change nothing else", () => {
  const painted = renderStatus(status, { now, terminal: { ...plain, paint: (style, text) => `<${style}>${text}</>` } });
  expect(painted).toContain("<strong>hostsfile-server 1.2.3</> <good>is ready</>");
  expect(painted.replaceAll(/<.*?>/g, "").split("\n")).toEqual(render(status));
});

describe("a cluster that is watched", () => {
  const kind = { group: "networking.k8s.io", version: "v1", namespaces: [], lastEvent: "2026-01-01T23:59:48Z" };
  const watched = clusterOf({
    name: "kind-a",
    feeds: ["watch"],
    records: { CNAME: 2 },
    watch: {
      state: "live",
      since: "2026-01-01T23:57:00Z",
      reason: null,
      lastHeard: "2026-01-01T23:59:58Z",
      user: "ann",
      context: "kind-a",
      server: "https://127.0.0.1:6443",
      uid: "0001",
      madeAnew: null,
      refused: null,
      kinds: [
        { ...kind, kind: "Ingress", state: "live", objects: 2 },
        { ...kind, kind: "Service", state: "live", objects: 0 },
        { ...kind, kind: "HTTPRoute", state: "forbidden", objects: 0, namespaces: ["team"], lastEvent: null },
      ],
    },
  });

  test("has its source, who watches it since when, and its kinds, and nothing of ExternalDNS", () => {
    const lines = sectionOf(render(statusOf({ clusters: [watched] })), "Cluster kind-a");
    expect(lines).toEqual(
      expect.arrayContaining([
        "  fed by       a watcher",
        "  watched      live for 3 min, by ann, context kind-a, https://127.0.0.1:6443",
        "  kinds        Ingress v1 (2 objects, 12 s ago), HTTPRoute v1 in team (forbidden), 1 kind without objects",
      ]),
    );
    expect(lines.filter((line) => /negotiated|last call/.test(line))).toEqual([]);
  });

  test("says what is wrong in words, and both sources where there are two", () => {
    const { watch } = watched;
    const away = watch && { ...watch, state: "unreachable", reason: "It does not answer.", kinds: [] };
    const lines = render(statusOf({ clusters: [{ ...watched, watch: away, feeds: ["external-dns", "watch"] }] }));
    expect(lines).toEqual(
      expect.arrayContaining([
        "  fed by       ExternalDNS, a watcher",
        "  watched      its API server is away for 3 min, by ann, context kind-a, https://127.0.0.1:6443",
        "               It does not answer.",
      ]),
    );
  });
});

test("what is only worth knowing comes after what needs attention, and needs nobody", () => {
  const item = {
    code: "of-news",
    message: "It was made anew.",
    hint: "Nothing needs to be done.",
    severity: "info" as const,
  };
  expect(render(statusOf({ attention: [item] })).slice(-6)).toEqual([
    "Nothing needs attention.",
    "",
    "Worth knowing",
    "  It was made anew. [of-news]",
    "    Nothing needs to be done.",
    "",
  ]);
});

describe("a team", () => {
  const list = [
    {
      name: "a.dev.example.com",
      addresses: ["10.0.0.1"],
      cluster: "team:dev",
      team: "dev",
      resource: null,
      since: null,
    },
  ];
  const sentence = "b.dev.example.com of team:dev is not shown: default has the name, and goes before it.";
  const notShown = { name: "b.dev.example.com", cluster: "team:dev", reason: "team-shadowed", sentence };

  test("has its state, its names, and what of it is not shown", () => {
    const text = renderStatus(
      statusOf({ teams: [teamOf()], names: { total: 1, list }, notShown: { total: 1, list: [notShown] } }),
      { now, terminal: plain },
    );
    expect(text).toContain("Team dev is followed live for 1 d");
    expect(text).toContain("names        2 of 3 names shown, 1 that others have: a.dev.example.com");
    expect(text).toContain(sentence);
  });

  test("that is away says since when its names are as they are", () => {
    const teams = [
      teamOf({ state: "unreachable", staleSince: "2026-01-01T22:00:00.000Z", refused: { "team-full": 4 } }),
    ];
    const text = renderStatus(statusOf({ teams }), { now, terminal: plain });
    expect(text).toContain("Team dev cannot be followed");
    expect(text).toMatch(/as of +\d{4}-\d\d-\d\d \d\d:\d\d \(2 h ago\)/);
    expect(text).toContain("4 refused");
  });
});

describe("a team server", () => {
  const renderOf = (teamServer: ReturnType<typeof teamServerOf>): string =>
    renderStatus(statusOf({ teamServer }), { now, terminal: plain });

  test("says how each endpoint of its etcd is, and what it wrote", () => {
    const text = renderOf(teamServerOf({ projection: { keys: 3, repairs: 2, broken: { total: 0, list: [] } } }));
    expect(text).toContain("Team dev is kept in etcd, which is followed live for 1 d");
    expect(text).toContain("endpoints    e1.example.com:2379: etcd 3.7.3, leads, 5 MiB, answers in 1 ms");
    expect(text).toContain("quorum       there, a read takes 2 ms");
    expect(text).toContain("written      5 transactions\n");
    expect(text).toContain("published    3 keys below /skydns, 2 put right\n");
  });

  test("that is cut off says so, with the reason, and what became of its transactions", () => {
    const text = renderOf(
      teamServerOf({
        live: false,
        reason: "etcd has no leader.",
        quorum: false,
        lagSeconds: 40,
        endpoints: [{ ...(teamServerOf().endpoints[0] ?? never()), answers: false }],
        transactions: { done: 1, lost: 2, unknown: 3, refused: 4 },
      }),
    );
    expect(text).toContain("Team dev cannot be followed in etcd");
    expect(text).toContain("reason       etcd has no leader.");
    expect(text).toContain("e1.example.com:2379: does not answer");
    expect(text).toContain("quorum       NOT there: no change is taken");
    expect(text).toContain("behind       40 seconds");
    expect(text).toContain("1 transaction, 2 overtaken by others, 3 without an answer, 4 refused");
  });
});

function never(): never {
  throw new Error("no endpoint");
}
