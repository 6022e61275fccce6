/** Default routes, from texts that kernels wrote. */
import { describe, expect, test } from "vitest";
import { DefaultRoutes, type RouteSource } from "./default-routes.ts";

const header = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";
const mainTable = `Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
`;
const localTable = `Local:
  +-- 127.0.0.0/8 2 0 2
     |-- 127.0.0.0
        /8 host LOCAL
`;

interface Texts {
  readonly route?: string;
  readonly ipv6_route?: string;
  readonly fib_trie?: string;
  /** What `ip` prints. */
  readonly list?: () => unknown;
}

function routesOf({ list, ...texts }: Texts): DefaultRoutes {
  const files = { route: header, ipv6_route: "", fib_trie: mainTable + localTable, ...texts };
  const source: RouteSource = {
    read: (name) => files[name],
    list: () => {
      if (list === undefined) throw new Error("ip is not needed");
      return JSON.stringify(list());
    },
  };
  return new DefaultRoutes(source);
}

function find(texts: Texts): readonly string[] | undefined {
  const found = routesOf(texts).interfaces(0);
  return found && [...found];
}

test.each([
  ["a default route", "eth0\t00000000\t0100A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", ["eth0"]],
  ["a network", "virbr0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n", []],
  ["a VPN that takes half of all addresses", "tap0\t00000080\t0100A8C0\t0003\t0\t0\t0\t00000080\t0\t0\t0\n", ["tap0"]],
  ["an unreachable default", "lo\t00000000\t00000000\t0200\t0\t0\t0\t00000000\t0\t0\t0\n", []],
  ["nothing", "", []],
])("of IPv4's main table: %s", (_, row, expected) => {
  expect(find({ route: header + row })).toEqual(expected);
});

test("of all tables of IPv6", () => {
  const zero = "0".repeat(32);
  const gateway = "fe800000000000000000000000000001";
  const table = [
    `${zero} 00 ${zero} 00 ${gateway} 00000400 00000002 00000000 00450003     eth1`,
    `fd000000000000000000000000000000 40 ${zero} 00 ${zero} 00000100 00000001 00000000 00000001     virbr0`,
    `${zero} 00 ${zero} 00 ${zero} ffffffff 00000001 00000000 00200200       lo`,
  ].join("\n");
  expect(find({ ipv6_route: table })).toEqual(["eth1"]);
});

describe("of IPv4's other tables", () => {
  const table = (prefix: string, kind = "UNICAST"): string => `Id 100:
  |-- 0.0.0.0
     ${prefix} universe ${kind}
${mainTable}${localTable}`;

  test("the list of ip names the interfaces, also of the next hops", () => {
    const list = () => [
      { dst: "default", gateway: "192.0.2.1", dev: "eth0", table: "100", flags: [] },
      { dst: "128.0.0.0/1", dev: "tun0", table: "51820", flags: [] },
      { dst: "0.0.0.0/0", table: "7", nexthops: [{ dev: "eth1", weight: 1 }, { dev: "eth2" }] },
      { type: "unreachable", dst: "default", dev: "lo", table: "8" },
      { dst: "192.168.122.0/24", dev: "virbr0", flags: [] },
    ];
    expect(find({ fib_trie: table("/0"), list })).toEqual(["eth0", "tun0", "eth1", "eth2"]);
    expect(find({ fib_trie: table("/1"), list })).toEqual(["eth0", "tun0", "eth1", "eth2"]);
  });

  test("a table without a default route needs no list", () => {
    expect(find({ fib_trie: table("/24") })).toEqual([]);
    expect(find({ fib_trie: table("/0", "UNREACHABLE") })).toEqual([]);
  });

  test.each([
    ["without ip", undefined],
    ["where ip prints something else", () => ({ routes: 1 })],
  ])("%s nothing is known", (_, list) => {
    expect(find({ fib_trie: table("/0"), ...(list !== undefined && { list }) })).toBeUndefined();
  });

  test("the list is read again when destinations change, and after a while", () => {
    let lists = 0;
    let trie = table("/0");
    const routes = new DefaultRoutes({
      read: (name) => (name === "fib_trie" ? trie : ""),
      list: () => {
        lists++;
        return "[]";
      },
    });
    const readsAt = (now: number): number => {
      routes.interfaces(now);
      return lists;
    };
    expect([readsAt(0), readsAt(1000), readsAt(4999), readsAt(5000), readsAt(5001)]).toEqual([1, 1, 1, 2, 2]);
    trie = table("/1");
    expect(readsAt(5002)).toBe(3);
  });
});

test("where the kernel's files cannot be read nothing is known", () => {
  const source: RouteSource = {
    read: () => {
      throw new Error("ENOENT");
    },
    list: () => "[]",
  };
  expect(new DefaultRoutes(source).interfaces(0)).toBeUndefined();
});
