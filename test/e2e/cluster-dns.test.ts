/** A pod resolves a wildcard: the real CoreDNS, with what dtk wrote into the real API server, asks the responder on the desktop. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { type PodNetwork, desktopAddress, machineAddress, openPodNetwork } from "../cluster/pod-network.ts";
import type { Program } from "../cluster/program.ts";
import { ingress } from "../cluster/resources.ts";
import { missingTools, tools } from "../cluster/tools.ts";
import { startWatcher } from "../cluster/watcher.ts";

const missing = missingTools([tools.coredns]);
const isRoot = process.geteuid?.() === 0;

/** As kubeadm's, but for the plugin `kubernetes`, and quicker to notice a change. Without a line end, as people leave it. */
const corefile = `# The cluster's own.
.:53 {
    errors
    health
    ready
    hosts {
       10.32.0.1 kubernetes.default.svc.cluster.local
       fallthrough
    }
    prometheus :9153
    forward . ${desktopAddress} {
       max_concurrent 1000
    }
    cache 30
    loop
    reload 2s 1s
    loadbalance
}`;

/** As k3s's, which imports the keys of coredns-custom. */
const importing = `${corefile}\nimport custom/*.server\n`;

const dns = ["--dns=on", `--dns-listen=${desktopAddress}`];

describe.skipIf(missing !== undefined || !isRoot)(
  `pods resolve our names (needs root; ${missing ?? "all tools are there"})`,
  () => {
    const opened = new AsyncDisposableStack();
    let network: PodNetwork;
    let server: Program;

    beforeAll(async () => {
      network = opened.use(await openPodNetwork());
    });

    afterAll(async () => opened.disposeAsync());

    const apply = async (text: string): Promise<void> => {
      const metadata = { name: "coredns" };
      await network.kubeSystem.apply({ apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: text } });
      await network.deliver();
    };
    const textNow = async (): Promise<string> =>
      network.kubeSystem.kubectl("get", "configmap", "coredns", "-o", "jsonpath={.data.Corefile}");
    const resolves = async (name: string, answer: string): Promise<void> => {
      await eventually(async () => expect(await network.resolveInPod(name)).toBe(answer));
    };

    test("a server that does not listen there is named, with the flag, and nothing is written", async () => {
      await apply(corefile);
      await using deaf = await network.startServer();
      const { exitCode, text } = await network.dtk("dns-in-cluster", "--yes");
      expect(deaf.exit()).toBeUndefined();
      expect(text).toContain(`--dns-listen=${desktopAddress}`);
      expect(exitCode).toBe(3);
      expect(await textNow()).toBe(corefile);
    });

    test("through a block in the Corefile, fed by ExternalDNS, and back byte for byte", async () => {
      await using coredns = await network.startCoreDNS();
      server = await network.startServer(...dns);
      opened.defer(async () => server[Symbol.asyncDispose]());
      await resolves("anything.apps.dtk.io", "ENOTFOUND");

      const dry = await network.dtk("dns-in-cluster", "--dry-run");
      expect(dry.text).toMatch(/^\+dtk\.io:53 \{\n\+ {4}errors\n\+ {4}forward \. 192\.168\.122\.1:5391$/m);
      expect(await textNow()).toBe(corefile);
      const done = await network.dtk("dns-in-cluster", "--yes");
      expect(done.text).toContain("The cluster's DNS now asks 192.168.122.1:5391 about dtk.io");
      expect(await textNow()).toMatch(/^# BEGIN hostsfile-server/);
      expect((await textNow()).endsWith(corefile)).toBe(true);
      const again = await network.dtk("dns-in-cluster", "--yes", "--json");
      expect(again.text.slice(again.text.indexOf("{"))).toContain('"changed": false');
      await network.deliver();

      const url = `http://${desktopAddress}:5000`;
      const { enter } = network.desktop;
      await using externalDNS = await startExternalDNS({ namespace: network.default, url, enter });
      await network.default.apply(ingress({ name: "apps", hosts: ["*.apps.dtk.io"], target: machineAddress }));
      await resolves("anything.apps.dtk.io", machineAddress);
      expect(await network.curlInPod("http://anything.apps.dtk.io")).toBe("This is anything.apps.dtk.io.\n");
      expect(await network.resolveInPod("nothing.dtk.io")).toBe("ENOTFOUND");
      await resolves("www.example.org", "203.0.113.9");
      const before = await network.uplinkWasAsked();
      expect(await network.resolveInPod("other.apps.dtk.io")).toBe(machineAddress);
      expect((await network.uplinkWasAsked()).slice(before.length).join()).not.toContain("dtk.io");

      await externalDNS.suspended(async () => {
        await server.stop("SIGKILL");
        await resolves("more.apps.dtk.io", "ESERVFAIL");
        expect(await network.resolveInPod("mail.example.org")).toBe("203.0.113.9");
        expect(await network.resolveInPod("kubernetes.default.svc.cluster.local")).toBe("10.32.0.1");
        server = await network.startServer(...dns);
      });
      await resolves("more.apps.dtk.io", machineAddress);
      await network.default.remove("ingress", "apps");
      await resolves("anything.apps.dtk.io", "ENOTFOUND");
      expect(externalDNS.exits).toEqual([]);

      const removed = await network.dtk("dns-in-cluster", "--remove", "--yes");
      expect(removed.text).toContain("no longer asks the server");
      expect(await textNow()).toBe(corefile);
      await network.deliver();
      await eventually(async () => {
        await network.resolveInPod(`probe-${Math.random().toString(36).slice(2)}.dtk.io`);
        expect((await network.uplinkWasAsked()).join()).toMatch(/probe-\w+\.dtk\.io/);
      });
      expect(coredns.exit()).toBeUndefined();
    });

    test("through coredns-custom where that is imported, fed by the watcher, and gone again", async () => {
      await apply(importing);
      await using coredns = await network.startCoreDNS();
      const { desktop, kubeconfig } = network;
      await using watcher = await startWatcher({ desktop, server: { port: 5000 }, kubeconfig });
      await network.default.apply(ingress({ name: "apps", hosts: ["*.apps.dtk.io"], target: machineAddress }));
      expect((await network.dtk("dns-in-cluster", "--yes")).text).toContain("(ConfigMap coredns-custom)");
      expect(await textNow()).toBe(importing);
      await network.deliver();
      await resolves("anything.apps.dtk.io", machineAddress);
      expect(await network.curlInPod("http://anything.apps.dtk.io")).toBe("This is anything.apps.dtk.io.\n");
      await resolves("www.example.org", "203.0.113.9");
      expect((await network.dtk("dns-in-cluster", "--remove", "--yes")).exitCode).toBe(0);
      expect(await network.kubeSystem.kubectl("get", "configmaps", "-o", "name")).not.toContain("coredns-custom");
      expect(await textNow()).toBe(importing);
      await network.deliver();
      await resolves("late.apps.dtk.io", "ENOTFOUND");
      expect([coredns.exit(), watcher.exit()]).toEqual([undefined, undefined]);
    });
  },
);
