/** The page as text: nothing that is stored can become markup, and nothing makes it larger than it may be. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Status } from "../../contract/status.ts";
import { clusterOf, resolverOf, statusOf, teamOf, teamServerOf, watchOf } from "../../../test/support/status.ts";
import { renderNotice, renderPage } from "./page.ts";

/** Bytes that the first request may have (issue 6). */
const maxBytes = 60_000;

const now = Date.parse("2026-01-02T00:00:00Z");
const none = { total: 0, list: [] };

const cluster = clusterOf({
  negotiation: { at: "2026-01-01T23:00:00.000Z", include: ["dtk.io"], unseen: [] },
  lastHeard: "2026-01-01T23:59:58.000Z",
  records: { CNAME: 1, TXT: 1 },
  shown: 1,
});

const sink: Status["sinks"][number] = {
  id: "hosts-file",
  name: "hosts file",
  path: "/etc/hosts",
  ok: true,
  lastWrittenAt: "2026-01-01T23:00:00.000Z",
  method: "rename",
  conflicts: none,
  trouble: null,
};

const name: Status["names"]["list"][number] = {
  name: "foo.dtk.io",
  addresses: ["192.168.122.167"],
  cluster: "default",
  resource: "ingress/default/test",
  since: "2026-01-01T22:00:00.000Z",
};

const well = statusOf({
  server: { pid: 7, version: "1.2.3", allowed: ["192.168.122.0/24"] },
  clusters: [cluster],
  sinks: [sink],
  names: { total: 1, list: [name] },
});
const { server } = well;

async function render(status: Partial<Status>, filter = ""): Promise<string> {
  return renderPage({ ...well, ...status }, { now, filter, revision: "r" });
}

/** What a reader finds, one line a block of text. */
async function read(status: Partial<Status>, filter = ""): Promise<string> {
  return (await render(status, filter))
    .replace(/^[\s\S]*<body[^>]*>/, "")
    .replaceAll(/<script>[\s\S]*<\/script>|<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll(/\s+/g, " ");
}

describe("says", () => {
  test("each name with its link, address, cluster, resource and age", async () => {
    const text = await read({});
    expect(text).toContain("1 name shown. All is well.");
    expect(text).toContain("foo.dtk.io 192.168.122.167 default ingress/default/test 2 h");
    expect(await render({})).toContain('<a href="http://foo.dtk.io/">foo.dtk.io</a>');
    expect(await render({})).toContain('<time datetime="2026-01-01T22:00:00.000Z">2 h</time>');
  });

  test("how each part is", async () => {
    const text = await read({});
    expect(text).toContain("Server ready Address http://localhost:5000 May call this machine, 192.168.122.0/24");
    expect(text).toContain("Hosts file up to date Path /etc/hosts Written replaced 1 h ago");
    expect(text).toContain("Cluster default called 2 s ago Cluster IP 192.168.122.167 Domains dtk.io Names 1 name");
    expect(text).toContain("Told 1 h ago to look at dtk.io");
  });

  test("how a cluster is watched, kind by kind", async () => {
    const kind = { kind: "Ingress", group: "networking.k8s.io", version: "v1", namespaces: [], state: "live" };
    const kinds = [
      { ...kind, objects: 3, lastEvent: "2026-01-01T23:59:58.000Z" },
      { ...kind, kind: "HTTPRoute", state: "forbidden", objects: 0, lastEvent: null },
      { ...kind, kind: "Service", objects: 0, lastEvent: null },
    ];
    const watched = (watch: Parameters<typeof watchOf>[0]): Partial<Status> => ({
      clusters: [clusterOf({ name: "kind-a", feeds: ["watch"], watch: watchOf({ kinds, ...watch }) })],
    });
    const text = await read(watched({}));
    expect(text).toContain(
      "Cluster kind-a live for 1 d Fed by a watcher Watched by the watcher of ann, context kind-a API server https://127.0.0.1:6443",
    );
    expect(text).toContain("Ingress v1 3 objects, last event 2 s ago HTTPRoute v1 forbidden Cluster IP");
    expect(text).not.toContain("Service v1");
    expect(await render(watched({}))).toContain('<span class="well">live for');
    const away = watched({ state: "unreachable", reason: "It does not <answer.", user: null, context: null });
    expect(await read(away)).toContain(
      "its API server is away for 1 d Fed by a watcher Watched by a watcher API server https://127.0.0.1:6443 Reason It does not <answer.",
    );
    expect(await render(away)).toContain('<span class="unwell">its API server is away for');
    expect(await render(away)).not.toContain("<answer");
  });

  test("what is not well, in words and not by colour alone", async () => {
    const trouble = { code: "hosts-file-full", message: "The disk is full.", hint: "Make room." };
    const text = await read({
      server: { ...server, ready: false, dryRun: true, tokenRequired: true },
      sinks: [{ ...sink, ok: false, trouble, lastWrittenAt: null, method: null }],
      clusters: [{ ...cluster, lastHeard: null, negotiation: null, clusterIPs: [], domains: [], records: {} }],
    });
    expect(text).toContain("1 name shown. Not ready yet.");
    expect(text).toContain("Server not ready");
    expect(text).toContain("May call anyone with a token");
    expect(text).toContain(
      "Hosts file not up to date Path /etc/hosts (dry run: not written) Written not since the start",
    );
    expect(text).toContain("Trouble The disk is full.");
    expect(text).toContain(
      "Cluster default has never called Cluster IP not set Domains none Names 1 name Records none",
    );
  });

  test("a cluster that fell silent is not well", async () => {
    expect(await render({})).toContain('<span class="well">called');
    const silent = { ...cluster, lastHeard: "2026-01-01T23:50:00.000Z" };
    expect(await render({ clusters: [silent] })).toContain('<span class="unwell">called');
  });

  test("the other ways of writing, and the other target mode", async () => {
    const sinks = ["in-place", "memory"].map((method) => ({ ...sink, method }));
    const text = await read({ sinks, clusters: [{ ...cluster, targets: "record", followsCaller: true }] });
    expect(text).toContain("Cluster IP 192.168.122.167, follows ExternalDNS");
    expect(text).toContain("written in place 1 h ago");
    expect(text).toContain("changed in memory alone 1 h ago");
    expect(text).toContain("Names 1 name, by the records' own targets");
  });

  test("a sink that writes no file: its title, and its own word for how it was written", async () => {
    const text = await read({ sinks: [sink, { ...sink, name: "DNS zone", path: undefined, method: "published" }] });
    expect(text).toContain("Hosts file up to date Path /etc/hosts Written replaced 1 h ago");
    expect(text).toContain("DNS zone up to date Written published 1 h ago");
  });

  test("of several sinks each with its names and what it cannot show, and the sinks that show a name", async () => {
    const zone = { ...sink, id: "zone", name: "DNS zone", path: undefined, method: "published" };
    const refused = { total: 3, list: [] };
    const conflicts = { total: 1, list: [{ name: "nas.dtk.io", line: 2, text: "" }] };
    const shown = { ...name, name: "*.dtk.io", sinks: ["zone"], records: [{ type: "TXT", targets: ["a"] }] };
    const page = {
      sinks: [
        { ...sink, id: "hosts-file", shown: 1, refused, conflicts },
        { ...zone, shown: 2, refused: none },
      ],
      names: { total: 1, list: [shown] },
    };
    const text = await read(page);
    expect(text).toContain("Names 1 name Cannot show 2 records Your own 1 name");
    expect(text).toContain("Written published 1 h ago Names 2 names Cluster");
    expect(text).toContain("Since Shown by *.dtk.io");
    expect(text).toMatch(/, TXT .* DNS zone /);
    expect(await render(page)).not.toContain('href="http://*');
  });

  test("the system resolver: how it is told, and how much of each domain it asks about", async () => {
    const domains = [
      { name: "dtk.io", routing: "parts", routes: ["apps.dtk.io"] },
      { name: "x.io", routing: "taken", routes: ["x.io"] },
    ];
    const resolver = resolverOf({ domains, questions: 3, lastQuestionAt: "2026-01-01T00:00:00Z" });
    const text = await read({ resolver });
    expect(text).toContain("System resolver asks this server How systemd-resolved 258 is in charge");
    expect(text).toContain("dtk.io apps.dtk.io, since it may have names of others");
    expect(text).toContain("x.io all of it, so names of others in it are gone Asked 3 times, last");
    expect(await read({ resolver: resolverOf({ ok: false }) })).toContain("System resolver not told");
    expect(await read({ resolver: resolverOf({ way: "none" }) })).toContain("System resolver left alone");
  });

  test("what needs attention, with its command to copy, and their number in the title", async () => {
    const attention = [
      { code: "restart-external-dns", message: "It must restart.", hint: "Run:", command: "kubectl rollout restart x" },
      { code: "name-is-yours", message: "It is yours.", hint: "Remove your line." },
    ];
    const page = await render({ attention });
    expect(page).toContain("Run: <code>kubectl rollout restart x</code>");
    expect(page).toContain("<title>(2) hostsfile-server</title>");
    expect(await read({ attention })).toContain("1 name shown. 2 things need attention.");
    expect(await read({ attention: attention.slice(1) })).toContain("1 thing needs attention.");
    expect(await read({ attention })).toContain("It is yours. name-is-yours Remove your line.");
  });

  test("what is not shown and why", async () => {
    const exception = (text: string) => ({ name: "x", cluster: "kind-a", reason: "wildcard", sentence: text });
    const text = await read({
      notShown: { total: 1, list: [exception("*.dtk.io is not shown.")] },
      leftOut: { total: 1, list: [exception("foo.com lies in no managed domain.")] },
      sinks: [
        { ...sink, conflicts: { total: 1, list: [{ name: "nas.dtk.io", line: 2, text: " 10.0.0.9 nas.dtk.io " }] } },
      ],
    });
    expect(text).toContain("*.dtk.io is not shown. kind-a foo.com lies in no managed domain. kind-a");
    expect(text).toContain("nas.dtk.io is yours: your own line 2 has it: 10.0.0.9 nas.dtk.io");
    expect(text).toContain("Your own 1 name");
  });

  test("nothing about what is not there", async () => {
    const page = await render({});
    expect(page).toMatch(/<section id="attention"[^>]*><\/section>/);
    expect(page).toMatch(/<section id="exceptions"[^>]*><\/section>/);
  });

  test("what to do when there is no name, and when none is found", async () => {
    expect(await read({ names: none })).toContain("No name is shown yet. Create an Ingress");
    expect(await read({ names: none }, "zzz")).toContain("No name of 1 name has “zzz” in it.");
    const found = await read({ clusters: [{ ...cluster, shown: 1200 }] }, "foo");
    expect(found).toContain("1 name of 1,200 names, found by “foo”");
  });

  test("how many more there are than fit", async () => {
    const list = Array.from({ length: 1000 }, (_, index) => ({ ...name, name: `n${index}.dtk.io` }));
    const text = await read({ names: { total: 10_000, list } });
    const [, more = ""] = /And ([\d,]+) more names; a filter finds them/.exec(text) ?? [];
    const listed = (await render({ names: { total: 10_000, list } })).match(/scope="row"/g)?.length ?? 0;
    expect(listed).toBeGreaterThan(50);
    expect(listed + Number(more.replace(",", ""))).toBe(10_000);
  });
});

const hostile = [
  `<script>alert(1)</script>`,
  `"><img src=x onerror=alert(1)>`,
  `'><svg onload=alert(1)>`,
  `</style></script><script>alert(1)</script>`,
  `javascript:alert(1)//`,
  `&lt;b&gt;<b>`,
  `\u2028\u0000<x>`,
  "`${alert(1)}`",
];

/** A status with the given texts in every place. */
function statusOfText(text: string, more: Partial<Status> = {}): Status {
  const exceptions = { total: 1, list: [{ name: text, cluster: text, reason: text, sentence: text }] };
  const trouble = { code: text, message: text, hint: text };
  return {
    schemaVersion: 1,
    server: { ...server, version: text, address: text, hostsFile: text, allowed: [text] },
    clusters: [
      clusterOf({
        name: text,
        clusterIPs: [text],
        domains: [text],
        targets: text,
        negotiation: { at: server.since, include: [text], unseen: [text] },
        lastHeard: server.since,
        records: { [text]: 1 },
        shown: 1,
      }),
    ],
    sinks: [
      {
        ...sink,
        name: text,
        path: text,
        ok: false,
        method: text,
        conflicts: { total: 1, list: [{ name: text, line: 1, text }] },
        trouble,
      },
    ],
    names: { total: 1, list: [{ name: text, addresses: [text], cluster: text, resource: text, since: server.since }] },
    notShown: exceptions,
    leftOut: exceptions,
    contested: { total: 1, list: [{ name: text, holder: text }] },
    attention: [trouble],
    ...more,
  };
}

/** The page's elements with the names of their attributes, as a browser would find them. */
function structureOf(page: string): readonly string[] {
  return [...page.matchAll(/<(\/?[a-z0-9]+)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, element = "", attributes = ""]) => element + attributes.replaceAll(/="[^"]*"/g, ""),
  );
}

/** The markup of a page with the text in every place. */
async function markupWith(text: string): Promise<object> {
  const page = await renderPage(statusOfText(text), { now, filter: text, revision: "r" });
  return { structure: structureOf(page), signs: page.match(/</g)?.length };
}

describe("escapes", () => {
  test.each(hostile)("%j wherever it may come from", async (text) => {
    expect(await markupWith(text)).toEqual(await markupWith("plain"));
    const notice = await renderNotice({ message: text, hint: text });
    expect(structureOf(notice)).toEqual(structureOf(await renderNotice({ message: "plain", hint: "plain" })));
  });

  test("whatever comes", async () => {
    const texts = fc.string({
      unit: fc.constantFrom("<", ">", '"', "'", "&", "=", "/", " ", "`", "a", "\n"),
      minLength: 1,
    });
    const plain = await markupWith("plain");
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        expect(await markupWith(`x${text}`)).toEqual(plain);
      }),
    );
  });

  test("also in a command", async () => {
    const attention = [{ code: "x", message: "x", hint: "Run:", command: "sudo <b>" }];
    expect(await render({ attention })).toContain("Run: <code>sudo &lt;b&gt;</code>");
  });

  test("a link leads to a name and nowhere else", async () => {
    const page = await render({ names: { total: 1, list: [{ ...name, name: 'a" onclick="alert(1)' }] } });
    expect(page).toContain('href="http://a&quot; onclick=&quot;alert(1)/"');
  });
});

describe("is at most 60 kB", () => {
  test("with 10,000 names", async () => {
    const list = Array.from({ length: 1000 }, (_, index) => ({ ...name, name: `name-${index}.some-domain.dtk.io` }));
    const page = await render({ names: { total: 10_000, list } });
    expect(Buffer.byteLength(page)).toBeLessThanOrEqual(maxBytes);
  });

  const letters = ["x", '"', "🦊"];

  /** Short texts fill every place to its brim. */
  test.each(letters.flatMap((letter) => [1, 10, 250, 5000].map((times): [string, number] => [letter, times])))(
    "with everything as often as can be, of %j %i times",
    async (letter, times) => {
      const text = letter.repeat(times);
      const one = statusOfText(text);
      const often = <Item>(items: readonly Item[]): Item[] => Array.from({ length: 1000 }, () => items).flat();
      const some = <Item>({ list }: { list: Item[] }): { total: number; list: Item[] } => ({
        total: 9999,
        list: often(list),
      });
      const page = await renderPage(
        {
          ...one,
          server: { ...one.server, allowed: often([text]) },
          clusters: often(one.clusters.map((each) => ({ ...each, domains: often([text]), clusterIPs: often([text]) }))),
          names: some(one.names),
          notShown: some(one.notShown),
          leftOut: some(one.leftOut),
          attention: often(one.attention),
        },
        { now, filter: text, revision: "r" },
      );
      expect(Buffer.byteLength(page)).toBeLessThanOrEqual(maxBytes);
    },
  );
});

test("has no request in it but to itself", async () => {
  const page = await render({});
  const targets = [...page.matchAll(/(?:src|href|action|poster|data)="([^"]*)"/g)].map(([, target]) => target);
  expect(targets).toEqual([expect.stringMatching(/^data:image\/svg\+xml,/), "http://foo.dtk.io/", "/status"]);
  expect(page).not.toMatch(/@import|url\(/);
});

test("a notice has no script and is not live", async () => {
  const page = await renderNotice({ message: "No.", hint: "Run:", command: "hostsfile-server open" });
  expect(page).not.toContain("<script");
  expect(page).not.toContain("data-revision");
});

test("a team has its part, its names say whose they are, and its words cannot become markup", async () => {
  const list = [{ ...name, cluster: "team:dev", team: "dev" }];
  const teams = [teamOf({ state: "unreachable", via: "etcd://<b>x", reason: "<script>alert(1)</script>" })];
  const text = await renderPage(statusOf({ teams, names: { total: 1, list } }), { now, filter: "", revision: "1" });
  expect(text).toContain("Team dev");
  expect(text).toContain("cannot be followed");
  expect(text).toContain("team dev");
  expect(text).not.toContain("<b>x");
  expect(text).not.toContain("<script>alert");
});

test("a team server has its part, and what its etcd says cannot become markup", async () => {
  const [endpoint] = teamServerOf().endpoints;
  const endpoints = endpoint === undefined ? [] : [{ ...endpoint, version: "<b>3.7.3", place: "<i>e1:2379" }];
  const page = await render({ teamServer: teamServerOf({ endpoints, quorum: false }) });
  expect(page).not.toMatch(/<b>3|<i>e1/);
  expect(await read({ teamServer: teamServerOf() })).toContain(
    "Team dev is kept in etcd, which is followed live for 1 d",
  );
  expect(await read({ teamServer: teamServerOf({ quorum: false }) })).toContain("NOT there: no change is taken");
});
