/** Which interfaces lead to nothing but this desktop's own containers and virtual machines, so that their networks may call. */
import { DefaultRoutes } from "./default-routes.ts";
import { type Link, readLinks } from "./link.ts";
import { type InterfaceAddress, type NetworkSource } from "../records/network.ts";
import { systemNetworks } from "./networks.ts";

/** Open vSwitch joins interfaces without a word to the kernel's other parts; its own are named so. */
const openSwitches: ReadonlySet<string> = new Set(["ovs-system", "ovs-netdev"]);

/**
 * Finds the inner interfaces: those from which no frame reaches a foreign interface or one with a default route, however
 * many bridges and pairs lie between.
 *
 * @param links - all interfaces of this machine
 * @param uplinks - names of those with a default route
 */
export function innerLinks(links: readonly Link[], uplinks: ReadonlySet<string>): readonly Link[] {
  if (links.some(({ name }) => openSwitches.has(name))) return [];
  const byName = new Map(links.map((link) => [link.name, link]));
  const byIndex = new Map(links.map((link) => [link.index, link]));
  const neighbours = (link: Link): readonly Link[] => {
    const end = byIndex.get(link.otherEnd);
    // The index may be of another namespace, where it means another interface.
    const isPair = end !== undefined && end !== link && end.otherEnd === link.index;
    return [...link.joined.flatMap((name) => byName.get(name) ?? []), ...(isPair ? [end] : [])];
  };
  const outer = new Set(links.filter(({ name, isForeign }) => isForeign || uplinks.has(name)));
  // A set is visited in the order in which it grows.
  for (const link of outer) for (const neighbour of neighbours(link)) outer.add(neighbour);
  return links.filter((link) => !outer.has(link));
}

/** Milliseconds for which kinds and bridges are believed while the same interfaces have addresses. */
const believed = 5000;

/** The inner interfaces of this machine, as they come and go. */
class InnerInterfaces {
  readonly #routes = new DefaultRoutes();
  /** Interfaces that had a default route. They do not become inner ones when they lose it for a moment, while an address is renewed. */
  readonly #uplinks = new Map<string, number>();
  #known: { readonly at: number; readonly key: string; readonly links: readonly Link[] } | undefined;

  /**
   * Names of the inner ones of these interfaces; none where default routes cannot be known.
   *
   * @param now - milliseconds since 1970
   */
  among(addresses: readonly InterfaceAddress[], now: number): ReadonlySet<string> {
    const routes = this.#routes.interfaces(now);
    if (routes === undefined) return new Set();
    const links = this.#links(addresses, now);
    this.#remember(routes, links);
    const inner = new Map(innerLinks(links, new Set(this.#uplinks.keys())).map(({ name, mac }) => [name, mac]));
    // `/sys` may be another namespace's, with other interfaces of the same names.
    const found = addresses.filter(({ interfaceName, mac }) => inner.get(interfaceName) === mac);
    return new Set(found.map(({ interfaceName }) => interfaceName));
  }

  #links(addresses: readonly InterfaceAddress[], now: number): readonly Link[] {
    const key = addresses.map(({ interfaceName, mac }) => `${interfaceName} ${mac}`).join();
    if (this.#known?.key !== key || Math.abs(now - this.#known.at) >= believed) {
      this.#known = { at: now, key, links: readLinks() };
    }
    return this.#known.links;
  }

  #remember(routes: ReadonlySet<string>, links: readonly Link[]): void {
    const indexes = new Map(links.map(({ name, index }) => [name, index]));
    for (const [name, index] of this.#uplinks) if (indexes.get(name) !== index) this.#uplinks.delete(name);
    for (const name of routes) this.#uplinks.set(name, indexes.get(name) ?? 0);
  }
}

/** This machine's networks, for callers that look at them again and again. */
export function machineNetworks(): NetworkSource {
  const found = new InnerInterfaces();
  return { ...systemNetworks, inner: (addresses, now) => found.among(addresses, now) };
}
