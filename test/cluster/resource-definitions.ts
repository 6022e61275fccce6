/** The definitions of kinds that Kubernetes has not itself, as their projects publish them in Go modules. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { run } from "./program.ts";
import { cacheFolder, externalDNSVersions, tools } from "./tools.ts";

/** Files of a Go module. */
interface DefinitionFiles {
  readonly module: string;
  readonly version: string;
  readonly files: readonly string[];
}

/** The Gateway API's kinds that routes need. */
const gatewayAPI = ["gateways", "listenersets", "httproutes", "grpcroutes", "tlsroutes"];

/** In the versions that ExternalDNS's own go.mod requires. The experimental channel serves older versions of TLSRoute as well. */
export const definitionSets = {
  "external-dns": {
    module: "sigs.k8s.io/external-dns",
    version: externalDNSVersions[0],
    files: ["config/crd/standard/dnsendpoints.externaldns.k8s.io.yaml"],
  },
  "gateway-api": ofGatewayAPI("standard"),
  "gateway-api-experimental": ofGatewayAPI("experimental"),
  istio: { module: "istio.io/api", version: "v1.29.1", files: ["kubernetes/customresourcedefinitions.gen.yaml"] },
  openshift: {
    module: "github.com/openshift/api",
    version: "v0.0.0-20251015095338-264e80a2b6e7",
    files: ["route/v1/zz_generated.crd-manifests/routes.crd.yaml"],
  },
} as const satisfies Readonly<Record<string, DefinitionFiles>>;

export type DefinitionSet = keyof typeof definitionSets;

/** The folder with a file for each set. */
export const definitionsFolder = join(
  cacheFolder,
  `resource-definitions-${createHash("sha256").update(JSON.stringify(definitionSets)).digest("hex").slice(0, 12)}`,
);

function ofGatewayAPI(channel: "standard" | "experimental"): DefinitionFiles {
  const files = gatewayAPI.map((name) => `config/crd/${channel}/gateway.networking.k8s.io_${name}.yaml`);
  return { module: "sigs.k8s.io/gateway-api", version: "v1.5.1", files };
}

/** The file with the definitions of a set. */
export function definitionFile(set: DefinitionSet): string {
  return join(definitionsFolder, `${set}.yaml`);
}

/** Installs definitions and waits until their kinds are served. The largest have no room for the annotation of a client-side apply. */
export async function installDefinitions(kubeconfig: string, ...sets: readonly DefinitionSet[]): Promise<void> {
  const kubectl = [tools.kubectl, `--kubeconfig=${kubeconfig}`];
  const files = sets.flatMap((set) => ["-f", definitionFile(set)]);
  await run([...kubectl, "apply", "--server-side", ...files]);
  await run([...kubectl, "wait", "--for=condition=Established", "--timeout=300s", ...files]);
}
