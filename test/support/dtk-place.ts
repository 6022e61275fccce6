/** A folder in which a user runs dtk: a config.yaml, a kubeconfig of a simulated API server, and a server in this process. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type SimulatedAPI, startSimulatedAPI } from "../../src/sources/kubernetes/simulated-api.ts";
import { kinds } from "../../src/sources/kubernetes/translate/kinds.ts";
import { nodeKind } from "../../src/sources/kubernetes/translate/node.ts";
import { watcherPath } from "../../src/contract/paths.ts";
import { curl } from "./http.ts";
import { type ServerHere, runHere, startHere } from "./here.ts";
import { type ObjectAPI, startObjectAPI } from "./object-api.ts";
import type { Finished } from "./product.ts";
import { reportOf, reportedCluster } from "./watcher-report.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface DTKPlace extends AsyncDisposable {
  readonly folder: string;
  readonly api: SimulatedAPI;
  /** Further objects of the cluster, and what was changed in it. */
  readonly cluster: ObjectAPI;
  readonly server: ServerHere;
  /** Runs dtk in the folder. */
  readonly run: (line: string) => Promise<Finished>;
  /** Reports to the server as the watcher of ann does, which feeds the cluster as `kind-a`. */
  readonly report: (ended?: boolean) => Promise<void>;
  /** Writes config.yaml: the port of the server, `dtk.io`, and these lines of the section `dns`. */
  readonly configure: (...lines: readonly string[]) => void;
}

/**
 * Opens one; its node has an address of this machine, so that it answers at once.
 *
 * @param flags - further flags of the server
 */
export async function openDTKPlace(...flags: readonly string[]): Promise<DTKPlace> {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(temporaryFolder()).path;
  const api = opened.use(await startSimulatedAPI(kinds));
  api.apply(nodeKind, {
    metadata: { name: "vm1", labels: { "node-role.kubernetes.io/control-plane": "" } },
    status: { addresses: [{ type: "InternalIP", address: "127.0.0.1" }] },
  });
  writeFileSync(join(folder, "hosts"), "127.0.0.1 localhost\n");
  const files = [`--hosts-file=${join(folder, "hosts")}`, `--state-dir=${join(folder, "state")}`];
  const server = opened.use(await startHere(["--host=127.0.0.1", ...files, ...flags]));
  const cluster = opened.use(await startObjectAPI(api.url));
  const kubeconfig = {
    "current-context": "kind-a",
    clusters: [{ name: "kind-a", cluster: { server: cluster.url } }],
    users: [{ name: "ann", user: {} }],
    contexts: [{ name: "kind-a", context: { cluster: "kind-a", user: "ann" } }],
  };
  writeFileSync(join(folder, "kubeconfig"), JSON.stringify(kubeconfig));
  const configure: DTKPlace["configure"] = (...lines) => {
    const dns = ["domain: dtk.io", "host-ip: 127.0.0.1", `webhook-port: ${server.port}`, ...lines];
    writeFileSync(join(folder, "config.yaml"), `dns:\n${dns.map((line) => `  ${line}\n`).join("")}`);
  };
  configure();
  const environment = { KUBECONFIG: join(folder, "kubeconfig"), HOME: folder };
  const owned = opened.move();
  return {
    folder,
    api,
    cluster,
    server,
    configure,
    report: async (ended = false) => {
      const clusters = [reportedCluster({ name: "kind-a", server: cluster.url, uid: api.uid })];
      const body = JSON.stringify(reportOf({ clusters, ended }));
      const path = watcherPath("ann");
      // Its cluster is known to the server by what it hands in.
      await curl(`${server.url}${path}/clusters/kind-a/domains`, { body: "dtk.io" });
      const { status, text } = await curl(`${server.url}${path}`, { method: "PUT", body });
      if (status !== 204) throw new Error(text);
    },
    run: async (line) => runHere(line.split(" "), { program: "dtk", folder, environment }),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}
