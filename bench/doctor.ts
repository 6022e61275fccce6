/** How long `doctor` takes when all parts are up: a cluster on a machine of its own with ExternalDNS, the server, a name that resolves. */
import { desktopAddress, machineAddress, openBridgedDesktop } from "../test/cluster/bridged-desktop.ts";
import { eventually } from "../test/cluster/eventually.ts";
import { guideIngress } from "../test/cluster/resources.ts";
import { type Row, milliseconds } from "./row.ts";
import { interleave, timed } from "./sample.ts";

/** Milliseconds that a user waits for an answer. */
const atMost = 2000;

const values = `
provider: {name: "webhook #"}
sources: [ingress]
policy: sync
interval: 2s
annotationPrefix: external-dns.alpha.kubernetes.io/
extraArgs: {webhook-provider-url: "http://${desktopAddress}:5000"}
`;

const ingressClass = {
  apiVersion: "networking.k8s.io/v1",
  kind: "IngressClass",
  metadata: { name: "nginx" },
  spec: { controller: "k8s.io/ingress-nginx" },
};

/** `doctor` and `doctor NAME`; each ends well, or this throws. */
export async function measureDoctor(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const { cluster, terminal, connectAPI, startController } = opened.use(await openBridgedDesktop());
  opened.use(await connectAPI());
  await startController();
  await cluster.in("default").apply(ingressClass);
  await cluster.in("default").apply(guideIngress);
  await terminal.serve(`sudo ./hostsfile-server --cluster-ip=${machineAddress} --domains=dtk.io`);
  await terminal.save("values.yaml", values);
  const repository = "--repo https://kubernetes-sigs.github.io/external-dns/ --version 1.21.1";
  const place = "--namespace external-dns --create-namespace --values values.yaml";
  await terminal.type(`helm upgrade --install external-dns external-dns ${repository} ${place}`);
  const doctor = async (name: string): Promise<number> =>
    timed(async () => terminal.type(`hostsfile-server doctor ${name}`));
  await eventually(async () => Promise.all([doctor(""), doctor("foo.dtk.io")]), { timeoutMs: 60_000 });
  const { all, one } = await interleave(15, { all: async () => doctor(""), one: async () => doctor("foo.dtk.io") });
  return [row("doctor with all parts up", all), row("doctor foo.dtk.io, the same", one)];
}

function row(what: string, ours: number): Row {
  return { what, ours: milliseconds(ours), reference: "", ratio: undefined, goal: "under 2 s", met: ours < atMost };
}
