/** Starts one API server for a whole end-to-end run; test files keep apart by namespace. */
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { startAPIServer } from "./api-server.ts";
import { inNamespace } from "./kubernetes.ts";
import { run } from "./program.ts";
import { externalDNSVersions, missingTools } from "./tools.ts";

/** Tests that need no cluster run also where nothing is built. */
export type ProvidedCluster =
  | { readonly built: true; readonly kubeconfig: string }
  | { readonly built: false; readonly missing: string };

declare module "vitest" {
  export interface ProvidedContext {
    cluster: ProvidedCluster;
  }
}

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = missingTools();
  if (missing !== undefined) {
    project.provide("cluster", { built: false, missing });
    return undefined;
  }
  const apiServer = await startAPIServer();
  await installDNSEndpoint(apiServer.kubeconfig);
  project.provide("cluster", { built: true, kubeconfig: apiServer.kubeconfig });
  return async () => apiServer[Symbol.asyncDispose]();
}

/** The resource definition comes with ExternalDNS's own sources, the same in both versions. */
async function installDNSEndpoint(kubeconfig: string): Promise<void> {
  const answer = await run(["go", "mod", "download", "-json", `sigs.k8s.io/external-dns@${externalDNSVersions[0]}`]);
  const { Dir: folder } = JSON.parse(answer) as { readonly Dir: string };
  const { kubectl } = inNamespace(kubeconfig, "default");
  const file = join(folder, "config", "crd", "standard", "dnsendpoints.externaldns.k8s.io.yaml");
  await kubectl("apply", "-f", file);
  await kubectl("wait", "--for=condition=Established", "crd/dnsendpoints.externaldns.k8s.io", "--timeout=20s");
}
