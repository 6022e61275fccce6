/** Finds the tool that installed an ExternalDNS. Its settings must be changed with that tool, which would undo other changes. */
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { releaseName, releaseNamespace } from "../release/names.ts";
import { readRecord } from "../release/record.ts";

export type InstalledBy =
  | { readonly kind: "dtk" }
  /** ExternalDNS's own chart. */
  | { readonly kind: "helm"; readonly release: string; readonly chartVersion: string }
  | { readonly kind: "manifest" };

export interface OriginMetadata {
  readonly name: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly managedFields?:
    | readonly { readonly manager?: string | undefined; readonly fieldsV1?: unknown }[]
    | undefined;
}

export async function originOf(api: KubernetesAPI, metadata: OriginMetadata): Promise<InstalledBy> {
  const origin = judgeOrigin(metadata);
  const mayBeOurs = metadata.name === releaseName && metadata.namespace === releaseNamespace;
  if (origin.kind !== "helm" || !mayBeOurs) return origin;
  const { record } = await readRecord(api);
  return record?.release === undefined ? origin : { kind: "dtk" };
}

/**
 * Judges by what Helm leaves on a resource (helm.sh/helm pkg/action/validate.go). A chart of that name with another
 * major version is another project's, whose values are called otherwise.
 */
export function judgeOrigin({ labels, annotations, managedFields }: OriginMetadata): InstalledBy {
  const release = annotations?.["meta.helm.sh/release-name"];
  const [, chartVersion] = /^external-dns-(1\.\S+)$/.exec(labels?.["helm.sh/chart"] ?? "") ?? [];
  const isEditedByHand = managedFields?.some(
    ({ manager, fieldsV1 }) => manager?.startsWith("kubectl") === true && JSON.stringify(fieldsV1).includes('"f:args"'),
  );
  if (release === undefined || chartVersion === undefined || isEditedByHand === true) return { kind: "manifest" };
  return { kind: "helm", release, chartVersion };
}
