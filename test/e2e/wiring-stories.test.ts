/** An Ingress with a wildcard is applied to a cluster, and curl finds any name below it: with each way of telling the real systemd-resolved, with ExternalDNS and with watch. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type APIServer, startAPIServer } from "../cluster/api-server.ts";
import { eventually } from "../cluster/eventually.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { forwardPort } from "../cluster/forward.ts";
import { type Namespace, openNamespace } from "../cluster/kubernetes.ts";
import { run, startProgram } from "../cluster/program.ts";
import { type ResolverDesktop, openResolverDesktop } from "../cluster/resolver-desktop.ts";
import { ingress } from "../cluster/resources.ts";
import { type Suite, missingTools, systemTree } from "../cluster/tools.ts";
import { clusterIP, launcher, resolverStatus } from "../cluster/wiring-life.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const cases = [
  { suite: "sid", way: "hook" },
  { suite: "sid", way: "delegate" },
  { suite: "trixie", way: "link" },
] as const satisfies readonly { readonly suite: Suite; readonly way: string }[];

const missing = missingTools(cases.map(({ suite }) => systemTree(suite)));
const needs = missing === undefined ? "" : ` (${missing})`;
const wildcard = ingress({ name: "apps", hosts: ["*.apps.dtk.io"] });

const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "vm1", labels: { "node-role.kubernetes.io/control-plane": "" } },
};
const nodeStatus = { status: { addresses: [{ type: "InternalIP", address: clusterIP }] } };

let api: APIServer;
let namespace: Namespace;

beforeAll(async () => {
  if (missing !== undefined) return;
  api = await startAPIServer();
  namespace = await openNamespace(api.kubeconfig);
  await namespace.apply(node);
  const patch = ["--subresource=status", "--type=merge", "-p", JSON.stringify(nodeStatus)];
  await namespace.kubectl("patch", "node", "vm1", ...patch);
});
afterAll(async () => api?.[Symbol.asyncDispose]());

describe.skipIf(missing !== undefined).each(cases)(`on Debian $suite by the way $way${needs}`, ({ suite, way }) => {
  const opened = new AsyncDisposableStack();
  let desktop: ResolverDesktop;
  let curl: (name: string) => Promise<string>;

  beforeAll(async () => {
    desktop = opened.use(await openResolverDesktop({ suite }));
    opened.use(await forwardPort(api.port, desktop.machine.enterNetwork()));
    const flags = `--without-token --resolver=${way} --domains=dtk.io --cluster-ip=${clusterIP}`;
    await desktop.shell(`ip address add ${clusterIP}/32 dev lo\n${launcher} install --yes ${flags}`);
    const script = `require("node:http").createServer(({ headers }, answer) => answer.end("This is " + headers.host)).listen(80, "${clusterIP}", () => console.log("open"))`;
    const page = opened.use(await startProgram([...desktop.machine.enterNetwork(), process.execPath, "-e", script]));
    await eventually(() => assert.match(page.log(), /open/, page.log()));
    curl = curlOf(desktop, opened.use(temporaryFolder()).path);
    await eventually(async () => assert.equal((await resolverStatus(desktop))?.ok, true));
  });
  afterAll(async () => opened.disposeAsync());

  /** The name appears and disappears with the Ingress. */
  const tellStory = async (name: string): Promise<void> => {
    await expect(curl(name)).rejects.toThrow(/Could not resolve host/);
    await namespace.apply(wildcard);
    expect(await eventually(async () => curl(name))).toBe(`This is ${name}`);
    expect(await curl(`deep.${name}`)).toBe(`This is deep.${name}`);
    // The tree's own C library asks the resolver in its own way.
    expect(await desktop.shell(`getent ahostsv4 of.${name}`)).toContain(clusterIP);
    await namespace.remove("ingress", "apps");
    await eventually(async () => expect(curl(name)).rejects.toThrow(/Could not resolve host/));
  };

  test("with ExternalDNS", async () => {
    const enter = desktop.machine.enterNetwork();
    await using externalDNS = await startExternalDNS({ namespace, url: "http://127.0.0.1:5000", enter });
    await tellStory("any.apps.dtk.io");
    expect(externalDNS.exits).toEqual([]);
  });

  test("with watch", async () => {
    const kubeconfig = await namespace.kubectl("config", "view", "--flatten", "--raw");
    await desktop.shell(`mkdir -p /root/.kube; cat >/root/.kube/config <<'END'\n${kubeconfig}\nEND`);
    await using watcher = await startProgram([...desktop.machine.enter(), launcher, "watch", "--domains=dtk.io"]);
    await eventually(() => assert.match(watcher.log(), /connected to/, watcher.log()));
    await tellStory("other.apps.dtk.io");
    // A signal from outside would end nsenter alone, which waits for what it started. The brackets keep the shell that runs
    // this from being found too.
    await desktop.shell("pkill -f '[h]ostsfile-server.js watch'");
    await watcher.ended;
  });

  test("uninstalled, nobody finds it any more", async () => {
    await desktop.shell(`${launcher} uninstall --yes`);
    await expect(curl("any.apps.dtk.io")).rejects.toThrow(/Could not resolve host/);
  });
});

/** This machine's curl on the desktop's network, where programs ask the resolver as on every desktop that has it. */
function curlOf({ machine }: ResolverDesktop, folder: string): (name: string) => Promise<string> {
  const files = {
    "resolv.conf": "nameserver 127.0.0.53\noptions edns0\n",
    "nsswitch.conf": "hosts: files dns\n",
    hosts: "127.0.0.1 localhost\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const binds = Object.keys(files).map((name) => `mount --bind ${join(folder, name)} $(readlink -f /etc/${name})`);
  const script = `${binds.join("; ")}; exec curl -sS "http://$1/"`;
  return async (name) => run([...machine.enterNetwork(), "unshare", "--mount", "sh", "-ec", script, "sh", name]);
}
