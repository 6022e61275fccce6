/** The guide's example Ingress, ready to paste: the end of an installation says what to do next. */
import { renderCommand } from "../base/shell.ts";

/**
 * Renders the command that applies the Ingress.
 *
 * @param options - its host, which is its target as well; the class of the ingress controller; and kubectl with the flags
 *   that lead to the cluster
 */
export function renderGuideIngress(options: {
  readonly host: string;
  readonly ingressClass: string;
  readonly kubectl: readonly string[];
}): string {
  const { host, ingressClass, kubectl } = options;
  return `cat <<EOF | ${renderCommand([...kubectl, "-n", "default", "apply", "-f", "-"])}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  annotations:
    external-dns.alpha.kubernetes.io/target: ${host}
  name: test
spec:
  ingressClassName: ${ingressClass}
  rules:
  - host: ${host}
    http:
      paths:
      - backend:
          service:
            name: test
            port:
              number: 80
        path: /
        pathType: Prefix
EOF
`;
}
