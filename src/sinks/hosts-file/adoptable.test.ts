/** Which names of the user's lines a cluster has, and which nobody has any more. */
import { expect, test } from "vitest";
import { viewOf } from "../../../test/support/hosts-place.ts";
import { adoptableNames } from "./adoptable.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { type ManagedDomain, parseManagedDomain } from "../../records/managed-domain.ts";
import type { NotShown } from "../../records/view.ts";

function domains(...texts: string[]): ReadonlySet<ManagedDomain> {
  return new Set(texts.flatMap((text) => parseManagedDomain(text) ?? []));
}

const notShown: NotShown = {
  name: "waits.dtk.io",
  cluster: defaultCluster,
  type: "A",
  resource: undefined,
  reason: "no-cluster-ip",
};
const known = {
  view: { ...viewOf(["foo.dtk.io"]), notShown: [notShown] },
  domains: domains("dtk.io", "quiet.io"),
  silentDomains: domains("quiet.io"),
  ownNames: new Set(["desktop.dtk.io"]),
};
const { isWanted, isStale } = adoptableNames(known);

test.each([
  ["foo.dtk.io", "wanted"],
  ["old.dtk.io", "stale"],
  ["dtk.io", "stale"],
  ["waits.dtk.io", "neither: a cluster asks for it, and it may be shown any moment"],
  ["desktop.dtk.io", "neither: it is this machine's own"],
  ["foo.quiet.io", "neither: its cluster has not said what it asks for"],
  ["evildtk.io", "neither: it lies in no managed domain"],
  ["localhost", "neither"],
])("%s is %s", (name, expected) => {
  expect([isWanted(name) && "wanted", isStale(name) && "stale"].find(Boolean) ?? "neither").toBe(
    expected.split(":")[0],
  );
});

test("localhost is never stale, whatever is managed", () => {
  expect(adoptableNames({ ...known, domains: domains("localhost") }).isStale("localhost")).toBe(false);
});
