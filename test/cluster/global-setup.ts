/** Starts one API server for a whole end-to-end run; test files keep apart by namespace. */
import type { TestProject } from "vitest/node";
import { startAPIServer } from "./api-server.ts";
import { definitionsFolder, installDefinitions } from "./resource-definitions.ts";
import { missingTools } from "./tools.ts";

/** Tests that need no cluster run also where nothing is built. */
export type ProvidedCluster =
  | { readonly built: true; readonly kubeconfig: string }
  | { readonly built: false; readonly missing: string };

declare module "vitest" {
  export interface ProvidedContext {
    cluster: ProvidedCluster;
  }
}

/** Set for a run of tests none of which needs a cluster, so that none is started. */
export const withoutCluster = "HOSTSFILE_SERVER_TEST_WITHOUT_CLUSTER";

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const isWanted = process.env[withoutCluster] === undefined;
  const missing = isWanted ? missingTools([definitionsFolder]) : "it is not wanted";
  if (missing !== undefined) {
    project.provide("cluster", { built: false, missing });
    return undefined;
  }
  const apiServer = await startAPIServer();
  await installDefinitions(apiServer.kubeconfig, "external-dns");
  project.provide("cluster", { built: true, kubeconfig: apiServer.kubeconfig });
  return async () => apiServer[Symbol.asyncDispose]();
}
