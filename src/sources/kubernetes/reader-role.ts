/** The rights that the watcher needs, as a manifest: to read, and to change nothing. */
import type { Kind } from "./translate/kind.ts";

/** The ClusterRole's name. */
export const readerRoleName = "hostsfile-server-watch";

/** The manifest of a ClusterRole with these rights, as YAML. */
export function readerRole(kinds: readonly Kind[]): string {
  const groups = Map.groupBy(kinds, ({ group }) => group);
  const rules = [...groups].map(([group, ofGroup]) =>
    ruleText(
      group,
      ofGroup.map(({ resource }) => resource),
    ),
  );
  return [
    "apiVersion: rbac.authorization.k8s.io/v1",
    "kind: ClusterRole",
    `metadata: {name: ${readerRoleName}}`,
    "rules:",
    ...rules,
    ruleText("apiextensions.k8s.io", ["customresourcedefinitions"]),
    // Tells one cluster from another.
    '  - {apiGroups: [""], resources: [namespaces], resourceNames: [kube-system], verbs: [get]}',
    "",
  ].join("\n");
}

function ruleText(group: string, resources: readonly string[]): string {
  return `  - {apiGroups: ["${group}"], resources: [${resources.join(", ")}], verbs: [list, watch]}`;
}
