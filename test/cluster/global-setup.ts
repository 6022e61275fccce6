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

export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const missing = missingTools([definitionsFolder]);
  if (missing !== undefined) {
    project.provide("cluster", { built: false, missing });
    return undefined;
  }
  const apiServer = await startAPIServer();
  await installDefinitions(apiServer.kubeconfig, "external-dns");
  project.provide("cluster", { built: true, kubeconfig: apiServer.kubeconfig });
  return async () => apiServer[Symbol.asyncDispose]();
}
