/** Which interfaces have a default route, in any routing table of the kernel: the way out of this machine. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import * as z from "zod/mini";

/** Where the routes are read; in tests, the texts that a kernel wrote. */
export interface RouteSource {
  /** A file of `/proc/self/net`, empty when it does not exist, as that of IPv6 where IPv6 is switched off. */
  readonly read: (name: "route" | "ipv6_route" | "fib_trie") => string;
  /** The IPv4 routes of all tables as `ip -json` prints them; it costs a process. */
  readonly list: () => string;
}

const systemRoutes: RouteSource = {
  read: (name) => {
    try {
      return readFileSync(`/proc/self/net/${name}`, "utf8");
    } catch (error) {
      if (name === "ipv6_route") return "";
      throw error;
    }
  },
  list: () =>
    execFileSync("ip", ["-json", "-4", "route", "show", "table", "all"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 2000,
    }),
};

/** Milliseconds for which a list is believed while the tables have the same destinations. */
const believed = 5000;

/**
 * The default routes of all tables.
 *
 * `/proc` names the interfaces of IPv4's main table and of all tables of IPv6. Of IPv4's other tables (policy routing,
 * VPNs) it has the destinations alone (Linux net/ipv4/fib_trie.c). Only where one of these holds a default route is
 * `ip` asked for its interface.
 */
export class DefaultRoutes {
  readonly #source: RouteSource;
  #listed: { readonly at: number; readonly trie: string; readonly names: readonly string[] } | undefined;

  constructor(source: RouteSource = systemRoutes) {
    this.#source = source;
  }

  /**
   * Names of the interfaces with a default route.
   *
   * @param now - milliseconds since 1970
   * @returns undefined where that cannot be known
   */
  interfaces(now: number): ReadonlySet<string> | undefined {
    try {
      const { read } = this.#source;
      const trie = read("fib_trie");
      const others = hasOtherDefault(trie) ? this.#list(trie, now) : [];
      return new Set([...ofMainTable(read("route")), ...ofIPv6(read("ipv6_route")), ...others]);
    } catch {
      return undefined;
    }
  }

  #list(trie: string, now: number): readonly string[] {
    if (this.#listed?.trie !== trie || Math.abs(now - this.#listed.at) >= believed) {
      this.#listed = { at: now, trie, names: ofList(this.#source.list()) };
    }
    return this.#listed.names;
  }
}

const upFlag = 0x1;
const rejectFlag = 0x200;

/**
 * A route for half of all addresses counts too: that is how VPN programs take over the default without replacing it.
 *
 * @param table - the text of `/proc/self/net/route` (proc(5))
 */
function ofMainTable(table: string): string[] {
  return rows(table).flatMap(([name, , , flags, , , , mask]) => {
    const isWide = mask === "00000000" || mask === "00000080";
    return name !== undefined && isWide && isUsable(flags) ? [name] : [];
  });
}

/** Reads the text of `/proc/self/net/ipv6_route`, which has all tables (Linux net/ipv6/route.c). */
function ofIPv6(table: string): string[] {
  return rows(table).flatMap((row) => {
    const [name, flags, bits] = [row[9], row[8], Number.parseInt(row[1] ?? "", 16)];
    return name !== undefined && name !== "lo" && bits <= 1 && isUsable(flags) ? [name] : [];
  });
}

function rows(table: string): string[][] {
  return table.split("\n").map((line) => line.trim().split(/\s+/));
}

function isUsable(flags: string | undefined): boolean {
  const bits = Number.parseInt(flags ?? "", 16);
  return (bits & upFlag) !== 0 && (bits & rejectFlag) === 0;
}

/** Whether a table beside main and local, which `fib_trie` heads with its number, leads to all or half of all addresses. */
function hasOtherDefault(trie: string): boolean {
  const tables = trie.split(/^(?=\S)/m).filter((table) => table.startsWith("Id "));
  return tables.some((table) => /^\s+\/[01] \S+ UNICAST/m.test(table));
}

/** What is read of a route of `ip -json`: several interfaces share one when it has next hops. */
const routesSchema = z.array(
  z.object({
    type: z.optional(z.string()),
    dst: z.string(),
    dev: z.optional(z.string()),
    nexthops: z.optional(z.array(z.object({ dev: z.optional(z.string()) }))),
  }),
);

function ofList(text: string): string[] {
  return routesSchema
    .parse(JSON.parse(text))
    .filter(({ type, dst }) => (type ?? "unicast") === "unicast" && (dst === "default" || /\/[01]$/.test(dst)))
    .flatMap(({ dev, nexthops = [] }) => [dev, ...nexthops.map((hop) => hop.dev)])
    .filter((name) => name !== undefined);
}
