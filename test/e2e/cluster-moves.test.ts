/** A cluster whose node gets another address while its ExternalDNS goes on, as kind's does after a reboot, on networks of its own. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Status, statusSchema } from "../../src/contract/status.ts";
import { webhookToken } from "../../src/contract/token.ts";
import { defaultCluster } from "../../src/records/cluster.ts";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { forwardPort } from "../cluster/forward.ts";
import { portOfAPI } from "../cluster/kubernetes.ts";
import { type Namespaces, connect, openNamespaces } from "../cluster/namespaces.ts";
import { run, startProgram } from "../cluster/program.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre, openTestNamespace } from "../cluster/scene.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");
const [host, before, after] = ["192.0.2.1", "192.0.2.7", "192.0.2.8"];
const adminToken = "0123456789abcdef0123456789abcdef";
const name = "moved.dtk.io";

interface Place extends AsyncDisposable {
  readonly machine: Namespaces;
  readonly desktop: Desktop;
  readonly status: () => Promise<Status>;
  /** The node starts again at the other address. */
  readonly move: () => Promise<void>;
}

/** A desktop with the server, and beside it a node whose ExternalDNS sees one Ingress. */
async function openPlace(flags: readonly string[], user = ""): Promise<Place> {
  await using opened = new AsyncDisposableStack();
  const [machine, node] = [opened.use(await openNamespaces("network")), opened.use(await openNamespaces("network"))];
  await connect(machine, node, { name: "br-kind", addresses: [[host, before]] });
  const desktop = opened.use(await openDesktop());
  const token = join(desktop.stateFolder, "..", "token");
  await writeFile(token, adminToken, { mode: 0o600 });
  const files = [`--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`, "--domains=dtk.io"];
  const ownFlags = flags.map((flag) => flag.replace("TOKEN", token));
  opened.use(await startProgram([...machine.enter, launcher, ...files, ...ownFlags]));
  const command = [
    ...machine.enter,
    launcher,
    "status",
    "--json",
    ...ownFlags.filter((flag) => flag.startsWith("--token")),
  ];
  // It exits with 1 while something needs attention.
  const status = async (): Promise<Status> =>
    statusSchema.parse(JSON.parse(await run(["sh", "-c", '"$@" || true', "sh", ...command])));
  await eventually(status);
  const namespace = await openTestNamespace();
  await namespace.apply(ingress({ name: "moved", hosts: [name] }));
  opened.use(await forwardPort(await portOfAPI(namespace), node.enter));
  const url = `http://${user}${host}:5000`;
  opened.use(await startExternalDNS({ namespace, url, enter: node.enter }));
  const owned = opened.move();
  return {
    machine,
    desktop,
    status,
    move: async () => {
      // Else the kernel takes the second address away with the first (ip-sysctl, promote_secondaries).
      await run([...node.enter, "sysctl", "-qw", "net.ipv4.conf.eth0.promote_secondaries=1"]);
      await run([...node.enter, "ip", "address", "add", `${after}/24`, "dev", "eth0"]);
      await run([...node.enter, "ip", "address", "del", `${before}/24`, "dev", "eth0"]);
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

const isRoot = process.geteuid?.() === 0;

describe.skipIf(!isRoot)("the node of a cluster gets another address (needs root for network namespaces)", () => {
  test("status says so, and the command that it prints repairs it", async () => {
    await using place = await openPlace([`--cluster-ip=${before}`]);
    await linesAre(place.desktop, [`${before} ${name}`]);
    expect((await place.status()).attention).toEqual([]);
    await place.move();
    await eventually(async () =>
      expect(await place.status()).toMatchObject({
        clusters: [{ caller: after, movedTo: after }],
        attention: [{ code: "cluster-ip-moved" }],
      }),
    );
    const command = (await place.status()).attention[0]?.command ?? "";
    await run([...place.machine.enter, "sh", "-c", command]);
    await linesAre(place.desktop, [`${after} ${name}`]);
    expect((await place.status()).attention).toEqual([]);
  });

  test("with --cluster-ip=auto its names follow automatically", async () => {
    const user = `default:${webhookToken(adminToken, defaultCluster)}@`;
    await using place = await openPlace(["--cluster-ip=auto", "--token-file=TOKEN"], user);
    await linesAre(place.desktop, [`${before} ${name}`]);
    await place.move();
    await linesAre(place.desktop, [`${after} ${name}`]);
    expect(await place.status()).toMatchObject({
      clusters: [{ followsCaller: true, clusterIPs: [after] }],
      attention: [],
    });
  });
});
