/** The status says what is shown, what is not and why, and what a person should look at. */
import { describe, expect, test } from "vitest";
import { type TestApp, makeTestApp, neighbour, own, webhookMediaType } from "../../test/support/test-app.ts";
import type { SinkReport } from "../engine/sink.ts";
import { findAttention } from "../control/status/attention.ts";
import type { Status } from "./status.ts";

const headers = { accept: webhookMediaType, "content-type": webhookMediaType };
const resource = "ingress/default/test";

async function put(app: TestApp, names: readonly string[], prefix = ""): Promise<void> {
  const create = names.map((dnsName) => ({ dnsName, recordType: "CNAME", targets: [dnsName], labels: { resource } }));
  await app.call(`POST ${prefix}/records`, { headers, body: JSON.stringify({ create }) });
}

const codes = ({ attention }: Status): string[] => attention.map(({ code }) => code);

test("a new server has nothing to complain about", async () => {
  await using app = await makeTestApp();
  expect(await app.status()).toEqual({
    schemaVersion: 1,
    server: {
      pid: 1,
      version: "1.2.3",
      since: "2026-01-01T00:00:00.000Z",
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
        clusterIPs: [],
        domains: [],
        targets: "cluster",
        negotiation: null,
        lastHeard: null,
        caller: null,
        silentSeconds: 0,
        movedTo: null,
        followsCaller: false,
        records: {},
        shown: 0,
        feeds: [],
      },
    ],
    sinks: [
      expect.objectContaining({ name: "hosts file", ok: true, trouble: null, conflicts: { total: 0, list: [] } }),
    ],
    names: { total: 0, list: [] },
    notShown: { total: 0, list: [] },
    leftOut: { total: 0, list: [] },
    contested: { total: 0, list: [] },
    attention: [],
  });
});

test("counts what is stored and shown, and gives each exception a sentence", async () => {
  await using app = await makeTestApp();
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusterip", { body: "192.168.122.167" });
  await put(app, ["foo.dtk.io", "*.dtk.io", "under_score.dtk.io"]);
  const status = await app.status();
  expect(status.clusters[0]).toMatchObject({ records: { CNAME: 3 }, shown: 1, lastHeard: "2026-01-01T00:00:00.000Z" });
  expect(status.notShown).toMatchObject({
    total: 2,
    list: [
      {
        name: "*.dtk.io",
        cluster: "default",
        reason: "wildcard",
        sentence: expect.stringMatching(/^\*\.dtk\.io is not in the hosts file/),
      },
      { name: "under_score.dtk.io", reason: "underscore" },
    ],
  });
});

test("names what is shown, with where it came from and since when", async () => {
  await using app = await makeTestApp();
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusterip", { body: "192.168.122.167,fd00:122::a7" });
  await put(app, ["foo.dtk.io"]);
  app.pass(60_000);
  await put(app, ["foo.dtk.io", "*.dtk.io", "bar.dtk.io"]);
  const common = {
    addresses: ["192.168.122.167", "fd00:122::a7"],
    cluster: "default",
    resource,
    sinks: ["hosts-file"],
  };
  expect((await app.status()).names).toEqual({
    total: 2,
    list: [
      { ...common, name: "bar.dtk.io", since: "2026-01-01T00:01:00.000Z" },
      { ...common, name: "foo.dtk.io", since: "2026-01-01T00:00:00.000Z" },
    ],
  });
});

test("of the names a thousand are listed, and without a store all but their age", async () => {
  await using app = await makeTestApp();
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusterip", { body: "192.168.122.167" });
  const wanted = Array.from({ length: 1001 }, (_, index) => `n${1000 + index}.dtk.io`);
  await put(app, wanted);
  const { names } = await app.status();
  expect([names.total, names.list.length, names.list.at(-1)?.name]).toEqual([1001, 1000, "n1999.dtk.io"]);
  app.breakStore({ code: "state-damaged", message: "It is damaged.", hint: "hostsfile-server recover" });
  const broken = (await app.status()).names;
  expect(broken).toEqual({ total: 1001, list: names.list.map((name) => ({ ...name, since: null })) });
});

test("lists are bounded, with the whole number beside", async () => {
  await using app = await makeTestApp();
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusterip", { body: "192.168.122.167" });
  await put(
    app,
    Array.from({ length: 250 }, (_, index) => `*.n${index}.dtk.io`),
  );
  const { notShown } = await app.status();
  expect([notShown.total, notShown.list.length]).toEqual([250, 100]);
});

test("a contested name has one holder, who keeps it", async () => {
  await using app = await makeTestApp();
  for (const [index, prefix] of ["", "/clusters/kind-a"].entries()) {
    await app.call(`POST ${prefix}/domains`, { body: "dtk.io" });
    await app.call(`POST ${prefix}/clusterip`, { body: `192.168.122.16${index}` });
    await put(app, ["foo.dtk.io"], prefix);
  }
  const status = await app.status();
  expect(status.contested).toEqual({ total: 1, list: [{ name: "foo.dtk.io", holder: "default" }] });
  expect(status.notShown.list).toMatchObject([
    { name: "foo.dtk.io", cluster: "kind-a", reason: "taken-by-other-cluster" },
  ]);
});

describe("attention", () => {
  test("follows what is missing", async () => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io" });
    expect(codes(await app.status())).toEqual(["no-cluster-ip"]);
    await app.call("POST /clusterip", { body: "192.168.122.167" });
    expect(codes(await app.status())).toEqual([]);
    await app.call("DELETE /domains/dtk.io");
    expect(codes(await app.status())).toEqual(["no-managed-domain"]);
  });

  test("holds commands that work as they are written", async () => {
    await using app = await makeTestApp();
    await app.call("POST /clusters/kind-a/clusterip", { body: "172.18.0.2" });
    const { attention } = await app.status();
    expect(attention).toMatchObject([
      { hint: "Add one:", command: "curl -d dtk.io http://localhost:5000/clusters/kind-a/domains" },
    ]);
    await app.call("POST /clusters/kind-a/domains", { body: "dtk.io" });
    expect((await app.status()).attention).toEqual([]);
  });

  test("holds a place for the token where one is required", async () => {
    const adminToken = "admin-token";
    await using app = await makeTestApp({ adminToken });
    await app.call("POST /domains", { body: "dtk.io", headers: { authorization: `Bearer ${adminToken}` } });
    expect((await app.status()).attention).toMatchObject([
      { command: expect.stringContaining("curl -u :ADMIN_TOKEN -d") },
    ]);
  });

  test("of target mode record needs no cluster IP", async () => {
    await using app = await makeTestApp();
    await app.call("POST /targets", { body: "record" });
    await app.call("POST /domains", { body: "dtk.io" });
    expect((await app.status()).attention).toEqual([]);
  });

  test("says when ExternalDNS fell silent, with what ends its wait, until it is heard again", async () => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io" });
    await app.call("POST /clusterip", { body: "192.168.122.167" });
    app.pass(3_600_000);
    expect(codes(await app.status())).toEqual([]);
    await app.call("GET /records", { headers });
    app.pass(179_000);
    expect(codes(await app.status())).toEqual([]);
    app.pass(61_000);
    expect((await app.status()).attention).toEqual([
      {
        code: "external-dns-silent",
        severity: "warning",
        message: "ExternalDNS of default has not called for 4 minutes; what it sent before is shown.",
        hint: expect.stringMatching(/:$/),
        command: "kubectl -n external-dns rollout restart deployment external-dns",
      },
    ]);
    await app.call("GET /records", { headers });
    expect(codes(await app.status())).toEqual([]);
  });

  describe("of a cluster that was given another address", () => {
    const callFrom = (app: TestApp, from: string) => app.call("GET /clusters/kind-a/records", { headers, from });

    async function kind(clusterIP = "192.168.122.9"): Promise<TestApp> {
      const app = await makeTestApp();
      await app.call("POST /clusters/kind-a/domains", { body: "dtk.io" });
      await app.call("POST /clusters/kind-a/clusterip", { body: clusterIP });
      return app;
    }

    test("has the command that sets it, until it is set", async () => {
      await using app = await kind();
      await callFrom(app, "192.168.122.9");
      expect(await app.status()).toMatchObject({
        clusters: [{}, { caller: "192.168.122.9", movedTo: null }],
        attention: [],
      });
      await callFrom(app, "::ffff:192.168.122.10");
      expect(await app.status()).toMatchObject({
        clusters: [{}, { caller: "192.168.122.10", movedTo: "192.168.122.10" }],
        attention: [
          {
            code: "cluster-ip-moved",
            message:
              "ExternalDNS of kind-a now calls from 192.168.122.10, while its names still point to 192.168.122.9, from where it called before.",
            command: expect.stringMatching(
              /^curl -d 192\.168\.122\.10 http:\/\/localhost:5000\/clusters\/kind-a\/clusterip$/,
            ),
          },
        ],
      });
      await app.call("POST /clusters/kind-a/clusterip", { body: "192.168.122.10" });
      expect(codes(await app.status())).toEqual([]);
    });

    test("keeps the other family in the command", async () => {
      await using app = await kind("192.168.122.9,fd00:122::9");
      await callFrom(app, "192.168.122.9");
      await callFrom(app, "192.168.122.10");
      expect((await app.status()).attention).toMatchObject([
        { command: expect.stringContaining("-d 192.168.122.10,fd00:122::9 ") },
      ]);
    });

    test.each([
      ["this machine, as behind address translation", own],
      ["this machine's address on the cluster's network", "192.168.122.1"],
      ["a neighbour on another network", neighbour],
      ["a network of pods", "10.244.0.7"],
    ])("is not suspected of one that calls from %s", async (_, from) => {
      await using app = await kind();
      await callFrom(app, "192.168.122.9");
      await app.call("GET /clusters/kind-a/records", { headers, from });
      expect(codes(await app.status())).toEqual([]);
    });

    test("is not suspected of one with several nodes, which never called from its cluster IP", async () => {
      await using app = await kind();
      await callFrom(app, "192.168.122.10");
      await callFrom(app, "192.168.122.11");
      expect(codes(await app.status())).toEqual([]);
    });

    test("is found by ExternalDNS's own requests alone", async () => {
      await using app = await kind();
      await callFrom(app, "192.168.122.9");
      await app.call("GET /clusters/kind-a/records", { from: "192.168.122.10" });
      expect(codes(await app.status())).toEqual([]);
    });
  });

  test("says after days that a cluster may be gone, once it had the time to call", async () => {
    await using app = await makeTestApp();
    await app.call("POST /clusters/kind-a/domains", { body: "dtk.io" });
    await app.call("POST /clusters/kind-a/clusterip", { body: "192.168.122.9" });
    await put(app, ["foo.dtk.io"], "/clusters/kind-a");
    app.pass(7_200_000);
    expect((await app.status()).attention).toMatchObject([
      { message: expect.stringContaining("has not called for 2 hours") },
    ]);
    app.sleep(3 * 86_400_000);
    expect(await app.status()).toMatchObject({
      clusters: [{}, { silentSeconds: 7200 }],
      attention: [
        {
          code: "cluster-absent",
          message: "Cluster kind-a has not been heard of for 3 days; 1 of its names is still shown.",
          hint: "If it is gone, forget it:",
          command: "sudo hostsfile-server clear --cluster kind-a",
        },
      ],
    });
    await put(app, ["foo.dtk.io"], "/clusters/kind-a");
    app.sleep(3 * 86_400_000);
    expect(codes(await app.status())).toEqual(["external-dns-silent"]);
  });

  test("names the store's trouble, and the status answers all the same", async () => {
    await using app = await makeTestApp();
    const trouble = { code: "state-damaged", message: "It is damaged.", hint: "hostsfile-server recover" };
    app.breakStore(trouble);
    await app.call("GET /records", { headers });
    const status = await app.status();
    expect(status).toMatchObject({ server: { ready: false }, clusters: [], attention: [trouble] });
  });

  test("names a sink's trouble before anything else, then its notices and the user's own lines", async () => {
    await using app = await makeTestApp();
    const status = await app.status();
    const trouble = { code: "hosts-file-full", message: "The disk is full.", hint: "Make room." };
    const notice = { code: "hosts-file-trampled", message: "Somebody removed the block.", hint: "Look who." };
    const conflicts = [
      { name: "foo.dtk.io", line: 7, text: "10.0.0.1 foo.dtk.io " },
      { name: "bar.dtk.io", line: 9, text: "10.0.0.1 bar.dtk.io" },
    ];
    const report: SinkReport = {
      ok: true,
      method: "unchanged",
      diff: { added: [], removed: [] },
      refused: conflicts.map(({ name, line: number, text }) => ({
        name,
        reason: "name-is-yours",
        sentence: "Yours.",
        line: { number, text },
      })),
      notices: [notice],
    };
    const sink = { id: "hosts-file", name: "hosts file", ok: true, lastWrittenAt: null, method: null, trouble: null };
    const attention = findAttention(
      {
        ...status,
        sinks: [
          { ...sink, trouble },
          { ...sink, conflicts: { total: 2, list: conflicts } },
        ].map((each) => ({ conflicts: { total: 0, list: [] }, ...each })),
      },
      {
        reports: new Map([["hosts-file", report]]),
        storeTrouble: undefined,
        viewTrouble: undefined,
        overLimit: [],
        now: 0,
      },
    );
    expect(attention).toMatchObject([
      { code: "hosts-file-full", severity: "error", sink: "hosts-file" },
      { code: "hosts-file-trampled", severity: "warning", sink: "hosts-file" },
      { code: "name-is-yours", severity: "warning", sink: "hosts-file" },
    ]);
    expect(attention[2]?.message).toBe(
      "foo.dtk.io and 1 more cannot be written, since your own line 7 has it: 10.0.0.1 foo.dtk.io",
    );
  });
});
