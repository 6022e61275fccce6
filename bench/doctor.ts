/** How long `doctor` takes when all parts are up: a real cluster with ExternalDNS, the server, an /etc of its own, a name that resolves. */
import { join } from "node:path";
import { etcOfItsOwn, openPrivateDesktop } from "../test/cluster/desktop.ts";
import { openDTK } from "../test/cluster/dtk.ts";
import { eventually } from "../test/cluster/eventually.ts";
import { startProgram } from "../test/cluster/program.ts";
import { guideIngress } from "../test/cluster/resources.ts";
import { startServer } from "../test/cluster/server.ts";
import { startWholeCluster } from "../test/cluster/whole-cluster.ts";
import { timeOf } from "./program.ts";
import { type Row, milliseconds } from "./row.ts";
import { interleave } from "./sample.ts";

const launcher = join(import.meta.dirname, "..", "hostsfile-server");
const controller = `require("node:http").createServer((_, answer) => answer.end()).listen(80, process.argv[1], () => console.log("listening"))`;

/** Milliseconds that a user waits for an answer. */
const atMost = 2000;

/** `doctor` and `doctor NAME`. */
export async function measureDoctor(): Promise<readonly Row[]> {
  await using opened = new AsyncDisposableStack();
  const cluster = opened.use(await startWholeCluster());
  const desktop = opened.use(await openPrivateDesktop(etcOfItsOwn, "/etc/hosts"));
  const server = opened.use(await startServer({ desktop, flags: [] }));
  const dtk = opened.use(await openDTK({ port: server.port, kubeconfig: cluster.kubeconfig }));
  opened.use(await startProgram([process.execPath, "-e", controller, cluster.address]));
  const installed = await dtk.install();
  if (installed.exitCode !== 0) throw new Error(installed.talk);
  await cluster.in("default").apply(guideIngress);
  const [command, ...before] = [...desktop.enter, launcher];
  const place = [`--port=${server.port}`, `--state-dir=${desktop.stateFolder}`, `--kubeconfig=${cluster.kubeconfig}`];
  const doctor = async (...words: readonly string[]): Promise<number> =>
    timeOf(command, [...before, "doctor", ...words, ...place]);
  // It ends well only once the name resolves.
  await eventually(async () => doctor("foo.dtk.io"));
  const { all, one } = await interleave(15, { all: async () => doctor(), one: async () => doctor("foo.dtk.io") });
  return [row("doctor with all parts up", all), row("doctor foo.dtk.io, the same", one)];
}

function row(what: string, ours: number): Row {
  return { what, ours: milliseconds(ours), reference: "", ratio: undefined, goal: "under 2 s", met: ours < atMost };
}
