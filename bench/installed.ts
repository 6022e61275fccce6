/** How long dtk takes when there is nothing to do, with the real API server, Helm and ExternalDNS. */
import { dirname, join } from "node:path";
import { openDesktop } from "../test/cluster/desktop.ts";
import { openDTK } from "../test/cluster/dtk.ts";
import { startServer } from "../test/cluster/server.ts";
import { tools } from "../test/cluster/tools.ts";
import { startWholeCluster } from "../test/cluster/whole-cluster.ts";
import { timeOf } from "./program.ts";
import { type Row, milliseconds, ratioRow } from "./row.ts";
import { interleave } from "./sample.ts";

const root = join(import.meta.dirname, "..");

/** `dtk install-addon` with nothing to change, against the commands that ask what it must know. */
export async function measureInstalled(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const cluster = opened.use(await startWholeCluster());
  const server = opened.use(await startServer({ desktop: opened.use(await openDesktop()), flags: [] }));
  const dtk = opened.use(await openDTK({ port: server.port, kubeconfig: cluster.kubeconfig }));
  const first = await dtk.install();
  if (first.exitCode !== 0) throw new Error(first.talk);
  const kinds = "nodes,services,ingresses,namespaces,secrets,deployments,pods";
  const path = `${dirname(tools.helm)}:${process.env["PATH"] ?? ""}`;
  const helm = ["--kubeconfig", cluster.kubeconfig, "--namespace", "external-dns", "get", "values", "external-dns"];
  const {
    ours,
    values,
    cluster: reading,
    server: asking,
  } = await interleave(15, {
    ours: async () =>
      timeOf(join(root, "dtk"), ["install-addon", "external-dns", ...dtk.chartFlags], { folder: dtk.folder, path }),
    values: async () => timeOf(tools.helm, helm),
    cluster: async () => timeOf(tools.kubectl, ["--kubeconfig", cluster.kubeconfig, "get", kinds, "--all-namespaces"]),
    server: async () => timeOf("curl", ["-sS", `http://127.0.0.1:${server.port}/status`]),
  });
  const what = "dtk install-addon with nothing to change";
  const row = { what, ours, atMost: 1.5, format: milliseconds };
  return [
    ratioRow({ ...row, reference: values + asking, against: "helm get values and curl" }),
    ratioRow({ ...row, reference: values + reading + asking, against: "the same and kubectl get" }),
  ];
}
