/** What is inside of desktops as developers have them. */
import { describe, expect, test } from "vitest";
import { innerLinks } from "./inner.ts";
import type { Link } from "./link.ts";

function link(name: string, known: Partial<Link> & Pick<Link, "index">): Link {
  return { name, otherEnd: known.index, mac: "", joined: [], isForeign: false, ...known };
}

const card = link("eth0", { index: 2, isForeign: true });

function inner(links: readonly Link[], uplinks: readonly string[] = []): readonly string[] {
  return innerLinks(links, new Set(uplinks)).map(({ name }) => name);
}

describe("a bridge", () => {
  test("of containers and virtual machines is an inner interface", () => {
    const links = [
      card,
      link("docker0", { index: 3 }),
      link("br-kind", { index: 4, joined: ["veth1"] }),
      link("veth1", { index: 5, otherEnd: 2, joined: ["br-kind"] }),
      link("virbr0", { index: 6, joined: ["vnet0"] }),
      link("vnet0", { index: 7, joined: ["virbr0"] }),
    ];
    expect(inner(links, ["eth0"])).toEqual(["docker0", "br-kind", "veth1", "virbr0", "vnet0"]);
  });

  test("that a card is a port of is none, and neither are its guests' ends", () => {
    const links = [
      { ...card, joined: ["br0"] },
      link("br0", { index: 3, joined: ["eth0", "vnet0"] }),
      link("vnet0", { index: 4, joined: ["br0"] }),
    ];
    expect(inner(links)).toEqual([]);
  });

  test("that a pair joins with a bridge of a card is none", () => {
    const links = [
      { ...card, joined: ["br0"] },
      link("br0", { index: 3, joined: ["eth0", "veth0"] }),
      link("veth0", { index: 4, otherEnd: 5, joined: ["br0"] }),
      link("veth1", { index: 5, otherEnd: 4, joined: ["br1"] }),
      link("br1", { index: 6, joined: ["veth1"] }),
    ];
    expect(inner(links)).toEqual([]);
  });

  test("with a default route is none", () => {
    expect(inner([link("br0", { index: 3 })], ["br0"])).toEqual([]);
  });
});

describe("a pair", () => {
  test("into another namespace is an inner interface, whatever has its other end's index here", () => {
    expect(inner([card, link("veth1", { index: 3, otherEnd: 2 })])).toEqual(["veth1"]);
  });

  test("with the default route is an uplink, as in a container, and what is joined with it too", () => {
    const links = [
      link("eth0", { index: 2, otherEnd: 9, joined: ["br0"] }),
      link("br0", { index: 3, joined: ["eth0"] }),
      link("docker0", { index: 4 }),
    ];
    expect(inner(links, ["eth0"])).toEqual(["docker0"]);
  });
});

test("where Open vSwitch runs nothing is known", () => {
  expect(inner([link("ovs-system", { index: 2, isForeign: true }), link("br0", { index: 3 })])).toEqual([]);
});
