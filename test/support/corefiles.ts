/** Corefiles as clusters come with them. */

/** Of kubeadm and kind (Kubernetes 1.35, cmd/kubeadm/app/phases/addons/dns/manifests.go). */
export const kubeadmCorefile = `.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30 {
       disable success cluster.local
       disable denial cluster.local
    }
    loop
    reload
    loadbalance
}
`;

/** Of k3s and k3d (manifests/coredns.yaml). */
export const k3sCorefile = `.:53 {
    errors
    health
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    hosts /etc/coredns/NodeHosts {
      ttl 60
      reload 15s
      fallthrough
    }
    prometheus :9153
    cache 30
    loop
    reload
    loadbalance
    import /etc/coredns/custom/*.override
    forward . /etc/resolv.conf
}
import /etc/coredns/custom/*.server
`;

/** Of minikube, which writes names of its own into kubeadm's. */
export const minikubeCorefile = kubeadmCorefile.replace(
  "    prometheus",
  "    hosts {\n       192.168.49.1 host.minikube.internal\n       fallthrough\n    }\n    prometheus",
);
