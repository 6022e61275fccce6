/** Finds the address under which the cluster reaches this desktop: the one the kernel uses on the way to the cluster. */
import { createSocket } from "node:dgram";
import { type Address, familyOf, isLoopback, parseAddress } from "../../records/address.ts";

/** Where the webhook is reached from inside the cluster. */
export interface HostIPChoice {
  readonly host: string;
  readonly reason: string;
  /** What else may be the way in, when this one is not. */
  readonly alternatives: readonly { readonly host: string; readonly reason: string }[];
}

/** Says which local address the kernel uses towards an address; undefined when there is no route. */
type RouteLookup = (to: Address) => Promise<Address | undefined>;

/** Asks the kernel by connecting a UDP socket, which sends nothing (udp(7)). */
export async function lookUpRoute(to: Address): Promise<Address | undefined> {
  const socket = createSocket(familyOf(to) === "IPv4" ? "udp4" : "udp6");
  const { promise, resolve } = Promise.withResolvers<Address | undefined>();
  socket.on("error", () => resolve(undefined));
  // Port 9 is discard (RFC 863); none is contacted.
  socket.connect(9, to, () => resolve(parseAddress(socket.address().address)));
  return promise.finally(() => socket.close());
}

const dockerDesktop = { host: "host.docker.internal", reason: "Docker Desktop's name for this machine" };

/** The network that VirtualBox (user manual, "Network Address Translation") and QEMU (its `-netdev user`) give to a guest. */
const userMode = {
  network: "10.0.2.",
  way: { host: "10.0.2.2", reason: "this machine, as seen from VirtualBox's and QEMU's user-mode networks" },
};

/** Whether a host is this machine wherever a cluster may run: the ways in that dtk would choose, and names of their kind. */
export function isUsualHost(host: string): boolean {
  // `.internal` belongs to nobody on the internet (ICANN, 2024): host.docker.internal, host.minikube.internal and others.
  return host === userMode.way.host || /^host\.[a-z0-9-]+\.internal$/.test(host);
}

/**
 * Chooses the host IP. Where the way to the cluster is the loopback, the cluster lies behind a port mapping, and the
 * name or address that its kind of network gives to this machine is the way in.
 *
 * @param clusterIPs - at least one
 * @param nodes - the addresses that the nodes have inside the cluster's network
 */
export async function chooseHostIP(
  clusterIPs: readonly Address[],
  nodes: readonly Address[],
  route: RouteLookup,
): Promise<HostIPChoice> {
  const isUserMode = nodes.some((address) => address.startsWith(userMode.network));
  const ways = isUserMode ? [userMode.way, dockerDesktop] : [dockerDesktop, userMode.way];
  const [to] = clusterIPs;
  const local = to === undefined ? undefined : await route(to);
  if (local !== undefined && !isLoopback(local)) {
    return { host: local, reason: `the address of this machine on the way to ${to}`, alternatives: ways };
  }
  const [first = dockerDesktop, ...rest] = ways;
  return { ...first, alternatives: rest };
}
