/** A DNSEndpoint of every type, fed by the real ExternalDNS as dtk sets it up and by the watcher, asked of the responder. */
import { Resolver } from "node:dns/promises";
import { describe, expect, test } from "vitest";
import { makeValues } from "../../src/dtk/release/values.ts";
import { defaultCluster } from "../../src/records/cluster.ts";
import { openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import type { Namespace } from "../cluster/kubernetes.ts";
import { type DNSRecord, dnsEndpoint } from "../cluster/resources.ts";
import { openTestNamespace } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";
import type { ExternalDNSVersion } from "../cluster/tools.ts";
import { startWatcher } from "../cluster/watcher.ts";
import { freeDNSPort } from "../support/dns-client.ts";

const zone = "2.0.192.in-addr.arpa";

/** Of each type one record, as ExternalDNS wants it written; of the versions here none but the older takes an SRV record. */
function recordsFor(version: ExternalDNSVersion | "watch"): readonly DNSRecord[] {
  const srv: DNSRecord = {
    dnsName: "_sip._tcp.dtk.io",
    recordType: "SRV",
    targets: [`0 5 5060 sip.dtk.io${version === "watch" ? "." : ""}`],
  };
  return [
    { dnsName: "*.apps.dtk.io", recordType: "A", targets: ["192.0.2.1"] },
    { dnsName: "six.dtk.io", recordType: "AAAA", targets: ["2001:db8::6"] },
    { dnsName: "plain.dtk.io", recordType: "A", targets: ["192.0.2.2"] },
    { dnsName: "alias.dtk.io", recordType: "CNAME", targets: ["plain.dtk.io"] },
    { dnsName: "text.dtk.io", recordType: "TXT", targets: ["v=spf1 -all"] },
    { dnsName: "dtk.io", recordType: "MX", targets: ["10 mail.dtk.io"] },
    { dnsName: "phone.dtk.io", recordType: "NAPTR", targets: ['100 10 "u" "E2U+sip" "!^.*$!sip:i@dtk.io!" .'] },
    { dnsName: `7.${zone}`, recordType: "PTR", targets: ["seven.dtk.io"] },
    ...(version === "v0.21.0" ? [] : [srv]),
  ];
}

async function answersOf(port: number, version: ExternalDNSVersion | "watch"): Promise<Record<string, unknown>> {
  const client = new Resolver({ timeout: 10_000, tries: 2 });
  client.setServers([`127.0.0.1:${port}`]);
  return {
    wildcard: await client.resolve4("anything.apps.dtk.io"),
    deep: await client.resolve4("a.b.apps.dtk.io"),
    six: await client.resolve6("six.dtk.io"),
    alias: await client.resolve4("alias.dtk.io"),
    text: await client.resolveTxt("text.dtk.io"),
    mail: await client.resolveMx("dtk.io"),
    phone: await client.resolveNaptr("phone.dtk.io"),
    pointer: await client.resolvePtr(`7.${zone}`),
    ...(version !== "v0.21.0" && { sip: await client.resolveSrv("_sip._tcp.dtk.io") }),
  };
}

function expectedOf(version: ExternalDNSVersion | "watch"): Record<string, unknown> {
  const sip = [{ name: "sip.dtk.io", port: 5060, priority: 0, weight: 5 }];
  return {
    wildcard: ["192.0.2.1"],
    deep: ["192.0.2.1"],
    six: ["2001:db8::6"],
    alias: ["192.0.2.2"],
    text: [["v=spf1 -all"]],
    mail: [{ exchange: "mail.dtk.io", priority: 10 }],
    phone: [
      { flags: "u", service: "E2U+sip", regexp: "!^.*$!sip:i@dtk.io!", replacement: "", order: 100, preference: 10 },
    ],
    pointer: ["seven.dtk.io"],
    ...(version !== "v0.21.0" && { sip }),
  };
}

async function openResponder() {
  await using opened = new AsyncDisposableStack();
  const desktop = opened.use(await openDesktop());
  const port = await freeDNSPort();
  const dns = ["--dns=on", `--dns-listen=127.0.0.1:${port}`];
  const settings = ["--cluster-ip=192.0.2.9", `--domains=dtk.io,${zone}`, "--targets=record"];
  const server = opened.use(await startServer({ desktop, flags: [...dns, ...settings] }));
  const owned = opened.move();
  return { desktop, server, port, [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}

/** Whether the records are answered while they are there, and no longer. */
async function proveRecords(
  namespace: Namespace,
  port: number,
  version: ExternalDNSVersion | "watch",
  settled: () => Promise<void>,
): Promise<void> {
  await namespace.apply(dnsEndpoint("all", recordsFor(version)));
  await eventually(async () => expect(await answersOf(port, version)).toMatchObject(expectedOf(version)));
  await settled();
  expect(await answersOf(port, version)).toMatchObject(expectedOf(version));
  await namespace.remove("dnsendpoint", "all");
  const client = new Resolver({ timeout: 10_000, tries: 2 });
  client.setServers([`127.0.0.1:${port}`]);
  await eventually(async () =>
    expect(await client.resolveTxt("text.dtk.io").catch((error: Error) => error.message)).toContain("ENOTFOUND"),
  );
  await eventually(async () =>
    expect(await client.resolve4("x.apps.dtk.io").catch((error: Error) => error.message)).toContain("ENOTFOUND"),
  );
}

/** As dtk tells it to ExternalDNS. */
const recordTypes = makeValues({
  chart: {
    version: "",
    appVersion: "",
    extraArgs: "map",
    hasAnnotationPrefix: true,
    hasServiceSwitch: true,
    sidecarKeys: [],
  },
  cluster: defaultCluster,
  url: "",
  hasToken: false,
  sources: ["crd"],
  readAtStart: [],
})["managedRecordTypes"] as readonly string[];

describe.concurrent("a DNSEndpoint with records of each type", () => {
  test.each(["v0.21.0", "v0.19.0"] as const)("through ExternalDNS %s", async (version) => {
    const namespace = await openTestNamespace();
    await using responder = await openResponder();
    const { url } = responder.server;
    await using externalDNS = await startExternalDNS({ namespace, url, version, sources: ["crd"], recordTypes });
    await proveRecords(namespace, responder.port, version, externalDNS.settled);
    expect(externalDNS.exits).toEqual([]);
  });

  test("through the watcher", async () => {
    const namespace = await openTestNamespace();
    await using responder = await openResponder();
    const { desktop, server, port } = responder;
    const flags = [`--domains=dtk.io,${zone}`, `--namespace=${namespace.name}`, "--targets=record"];
    await using watcher = await startWatcher({ desktop, server, kubeconfig: namespace.kubeconfig, flags });
    await proveRecords(namespace, port, "watch", async () => undefined);
    expect(watcher.exit()).toBeUndefined();
  });
});
