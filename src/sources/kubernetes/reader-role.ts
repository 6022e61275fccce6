/** The rights that the watcher needs, and a manifest that gives them: to read, and to change nothing. */
import { readerRoleName } from "../../contract/watch-trouble.ts";
import type { Right } from "../../kubernetes/rights.ts";
import type { Kind } from "./translate/kind.ts";

/** What is done with each kind that is followed. */
export const followingVerbs = ["list", "watch"] as const;

/** The kinds of which a cluster may get more, which tell when another one can be followed. */
export const definitionsKind: Pick<Kind, "group" | "resource"> = {
  group: "apiextensions.k8s.io",
  resource: "customresourcedefinitions",
};

/** What tells one cluster from another. */
export const identityRight = {
  verb: "get",
  group: "",
  resource: "namespaces",
  name: "kube-system",
} as const satisfies Right;

/** The manifest of a ClusterRole with these rights, as YAML. */
export function readerRole(kinds: readonly Kind[]): string {
  const groups = Map.groupBy([...kinds, definitionsKind], ({ group }) => group);
  const rules = [...groups].map(([group, ofGroup]) =>
    ruleText(
      group,
      ofGroup.map(({ resource }) => resource),
    ),
  );
  const { group, resource, name, verb } = identityRight;
  return [
    "apiVersion: rbac.authorization.k8s.io/v1",
    "kind: ClusterRole",
    `metadata: {name: ${readerRoleName}}`,
    "rules:",
    ...rules,
    `  - {apiGroups: ["${group}"], resources: [${resource}], resourceNames: [${name}], verbs: [${verb}]}`,
    "",
  ].join("\n");
}

function ruleText(group: string, resources: readonly string[]): string {
  return `  - {apiGroups: ["${group}"], resources: [${resources.join(", ")}], verbs: [${followingVerbs.join(", ")}]}`;
}
