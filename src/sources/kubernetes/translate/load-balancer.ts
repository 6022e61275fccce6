/** The addresses that a load balancer wrote into a status. Ingress and Service have the same shape there. */
import type { Fields } from "./fields.ts";

/** Its addresses and names (ExternalDNS source/ingress.go `targetsFromIngressStatus`). */
export function loadBalancerTargets(status: Fields): readonly string[] {
  const published = status.object("loadBalancer").objects("ingress");
  return published.flatMap((entry) => [entry.text("ip"), entry.text("hostname")]).filter((target) => target !== "");
}
