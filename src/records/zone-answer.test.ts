/** Why a name is answered as it is, for every rule of wildcards. */
import { expect, test } from "vitest";
import { parseAddress } from "./address.ts";
import type { ClusterName } from "./cluster.ts";
import type { ManagedDomain } from "./managed-domain.ts";
import type { ALabelName } from "./name.ts";
import { finish } from "../base/steps.ts";
import { emptyView } from "./view.ts";
import { zonesInSteps } from "./zone.ts";
import { explainName } from "./zone-answer.ts";

const addresses = [parseAddress("192.0.2.1")].flatMap((address) => address ?? []);
const names = ["*.apps.dtk.io", "x.y.apps.dtk.io", "foo.dtk.io", "*.in.dtk.io"];
const entries = names.toSorted().map((name) => ({
  name: name as ALabelName,
  cluster: "default" as ClusterName,
  addresses,
  ttl: undefined,
  others: [],
  resource: undefined,
}));
const domains = ["dtk.io", "in.dtk.io"] as ManagedDomain[];
const zones = finish(zonesInSteps({ ...emptyView, domains, entries }));

test.each([
  ["foo.dtk.io", { kind: "itself", owner: "foo.dtk.io", encloser: "foo.dtk.io" }],
  ["a.b.apps.dtk.io", { kind: "wildcard", owner: "*.apps.dtk.io", encloser: "apps.dtk.io" }],
  ["y.apps.dtk.io", { kind: "between", owner: "y.apps.dtk.io" }],
  ["apps.dtk.io", { kind: "between", owner: "apps.dtk.io" }],
  ["dtk.io", { kind: "between", owner: "dtk.io" }],
  ["a.y.apps.dtk.io", { kind: "hidden", owner: undefined, encloser: "y.apps.dtk.io", hidden: "*.apps.dtk.io" }],
  ["a.b.x.y.apps.dtk.io", { kind: "hidden", encloser: "x.y.apps.dtk.io", hidden: "*.apps.dtk.io" }],
  ["bar.dtk.io", { kind: "missing", owner: undefined, encloser: "dtk.io", hidden: undefined }],
  ["below.foo.dtk.io", { kind: "missing", encloser: "foo.dtk.io" }],
  ["a.in.dtk.io", { kind: "wildcard", owner: "*.in.dtk.io", zone: "in.dtk.io" }],
])("%s", (name, expected) => {
  expect(explainName(zones, name)).toMatchObject(expected);
});

test("a name outside all zones", () => {
  expect(explainName(zones, "example.com")).toBeUndefined();
});
