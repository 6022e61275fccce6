/** Which cluster is meant, for dtk itself and for Helm. */

export interface ClusterPlace {
  /** Path of a kubeconfig; kubectl's own rules hold without it. */
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** Whether the kubeconfig is named by a configuration alone, which may be somebody else's; then no program of it is run. */
  readonly isHearsay?: boolean;
}

/** What Helm takes to mean the same cluster. */
export function helmPlace({ kubeconfig, context }: ClusterPlace): readonly string[] {
  return [
    ...(kubeconfig === undefined ? [] : ["--kubeconfig", kubeconfig]),
    ...(context === undefined ? [] : ["--kube-context", context]),
  ];
}

/** kubectl with what leads to the same cluster. */
export function kubectlWords({ kubeconfig, context }: ClusterPlace): readonly string[] {
  return [
    "kubectl",
    ...(kubeconfig === undefined ? [] : [`--kubeconfig=${kubeconfig}`]),
    ...(context === undefined ? [] : [`--context=${context}`]),
  ];
}
