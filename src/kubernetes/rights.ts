/** What the user of a kubeconfig may do in a cluster, as the API server itself says. */
import * as z from "zod/mini";
import { parseJSON } from "../base/json.ts";
import type { KubernetesAPI } from "./api.ts";

/** One thing that a user may do, or not. */
export interface Right {
  readonly verb: string;
  /** Empty for Kubernetes' own core. */
  readonly group: string;
  readonly resource: string;
  /** Absent where every object is meant. */
  readonly name?: string;
}

const list = z.optional(z.array(z.string()));
const reviewSchema = z.object({
  status: z.object({
    resourceRules: z.array(z.object({ verbs: list, apiGroups: list, resources: list, resourceNames: list })),
    incomplete: z.boolean(),
  }),
});

/** The rules that hold for a user in one place. */
export type Rules = z.infer<typeof reviewSchema>["status"]["resourceRules"];

/**
 * A namespace that no cluster has: no role is bound in it, so the rules there are those that hold in the whole cluster. A
 * review without a namespace is refused.
 */
export const wholeCluster = "hostsfile-server-nowhere";

/**
 * Asks which rules hold for the user in a namespace (kubernetes.io, SelfSubjectRulesReview).
 *
 * @returns undefined where the API server cannot say all of them, as with an authorizer beyond it
 * @throws TroubleError of the connection, or where the API server refuses
 */
export async function reviewRules(api: KubernetesAPI, namespace: string): Promise<Rules | undefined> {
  const { success, data } = z.safeParse(reviewSchema, await review(api, "SelfSubjectRulesReview", { namespace }));
  return success && !data.status.incomplete ? data.status.resourceRules : undefined;
}

const accessSchema = z.object({ status: z.object({ allowed: z.boolean() }) });

/**
 * Asks whether the user may do anything at all with every resource, as an administrator may
 * (kubernetes.io, SelfSubjectAccessReview).
 *
 * @throws TroubleError of the connection, or where the API server refuses
 */
export async function mayDoEverything(api: KubernetesAPI): Promise<boolean> {
  const spec = { resourceAttributes: { verb: "*", group: "*", resource: "*" } };
  const answer = await review(api, "SelfSubjectAccessReview", spec);
  return z.safeParse(accessSchema, answer).data?.status.allowed === true;
}

/** A review is made by being created: the answer has its status. */
async function review(api: KubernetesAPI, kind: string, spec: object): Promise<unknown> {
  const group = "authorization.k8s.io/v1";
  const path = `/apis/${group}/${kind.toLowerCase()}s`;
  const answer = await api.send({ method: "POST", path, body: { apiVersion: group, kind, spec } });
  return parseJSON(answer ?? "");
}

/** Whether rules permit something (kubernetes.io, RBAC: `*` means all). */
export function permits(rules: Rules, { verb, group, resource, name }: Right): boolean {
  const has = (values: readonly string[] | undefined, value: string): boolean =>
    values?.includes("*") === true || values?.includes(value) === true;
  return rules.some(({ verbs, apiGroups, resources, resourceNames = [] }) => {
    const isNamed = resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name));
    return isNamed && has(verbs, verb) && has(apiGroups, group) && has(resources, resource);
  });
}
