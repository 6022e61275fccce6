/** Custom resources that are installed, upgraded and removed while the watcher runs. */
import { readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { startAPIServer } from "../cluster/api-server.ts";
import { eventually } from "../cluster/eventually.ts";
import { inNamespace } from "../cluster/kubernetes.ts";
import { definitionFile, installDefinitions } from "../cluster/resource-definitions.ts";
import { ingress } from "../cluster/resources.ts";
import { lookUntil, openWatchScene } from "../cluster/watch-scene.ts";

interface Version {
  readonly name: string;
  served: boolean;
  storage: boolean;
}

interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: Version[] };
}

/** The Gateway API as it was when it served but one version. */
async function definitionsServing(wanted: readonly string[], storage: string): Promise<string> {
  const documents = parseAllDocuments(await readFile(definitionFile("gateway-api"), "utf8"));
  const definitions = documents.map((document) => document.toJS() as Definition);
  const both = definitions.filter(({ metadata: { name } }) => /^(?:gateways|httproutes)\./.test(name));
  for (const version of both.flatMap(({ spec }) => spec.versions)) {
    version.served = wanted.includes(version.name);
    version.storage = version.name === storage;
  }
  return both.map((definition) => stringify(definition)).join("\n---\n");
}

function gateway(version: string): object {
  const listeners = [{ name: "web", port: 80, protocol: "HTTP" }];
  return {
    apiVersion: `gateway.networking.k8s.io/${version}`,
    kind: "Gateway",
    metadata: { name: "edge" },
    spec: { gatewayClassName: "any", listeners },
  };
}

function route(version: string, name: string): object {
  return {
    apiVersion: `gateway.networking.k8s.io/${version}`,
    kind: "HTTPRoute",
    metadata: { name },
    spec: { parentRefs: [{ name: "edge" }], hostnames: [`${name}.dtk.io`] },
  };
}

test("the Gateway API is installed, upgraded from v1beta1 to v1, and removed", async () => {
  await using api = await startAPIServer();
  await using watch = await openWatchScene({ kubeconfig: api.kubeconfig });
  const cluster = inNamespace(api.kubeconfig, "default");
  const install = async (text: string): Promise<void> => {
    await cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", await scratch(text));
    await cluster.kubectl("wait", "--for=condition=Established", "--timeout=300s", "crd", "--all");
  };
  const scratch = async (text: string): Promise<string> => {
    const path = `${watch.desktop.stateFolder}/definitions.yaml`;
    await writeFile(path, text);
    return path;
  };
  await install(await definitionsServing(["v1beta1"], "v1beta1"));
  await eventually(async () => cluster.apply(gateway("v1beta1"), route("v1beta1", "old")));
  await watch.linesAre(["127.0.0.1 old.dtk.io"]);

  await install(await definitionsServing(["v1beta1", "v1"], "v1"));
  await eventually(async () => cluster.apply(route("v1", "new")));
  await watch.linesAre(["127.0.0.1 new.dtk.io", "127.0.0.1 old.dtk.io"]);
  const stop = new AbortController();
  const lines = ["127.0.0.1 new.dtk.io", "127.0.0.1 old.dtk.io"];
  const looking = lookUntil(watch.desktop, lines, stop.signal);
  await install(await definitionsServing(["v1"], "v1"));
  await eventually(async () => cluster.apply(route("v1", "newest")));
  await watch.linesAre([...lines, "127.0.0.1 newest.dtk.io"]);
  stop.abort();
  expect((await looking).missing).toEqual([]);

  await cluster.kubectl("delete", "crd", "httproutes.gateway.networking.k8s.io");
  await watch.linesAre([]);
  await cluster.apply(ingress({ name: "test", hosts: ["foo.dtk.io"] }));
  await watch.linesAre(["127.0.0.1 foo.dtk.io"]);
  await installDefinitions(api.kubeconfig, "gateway-api");
  await eventually(async () => cluster.apply(route("v1", "again")));
  await watch.linesAre(["127.0.0.1 again.dtk.io", "127.0.0.1 foo.dtk.io"]);
  expect(watch.watcher().exit()).toBeUndefined();
});
