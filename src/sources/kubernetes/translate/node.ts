/** Nodes, whose addresses are the targets of Services of type NodePort. */
import type { Kind } from "./kind.ts";

export const nodeKind: Kind = {
  kind: "Node",
  group: "",
  resource: "nodes",
  versions: ["v1"],
  namespaced: false,
  fields: ["spec.unschedulable", "status.addresses"],
  looksAt: [],
};
