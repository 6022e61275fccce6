/** A view brought up to date is the view computed anew. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type ClusterName, type ClusterSettings, parseClusterIPs, parseClusterName } from "./cluster.ts";
import { type Endpoint, keyText, recordKey } from "./endpoint.ts";
import { type ManagedDomain, parseManagedDomain } from "./managed-domain.ts";
import { updateView } from "./view-update.ts";
import { computeView } from "./compute-view.ts";
import { type View, type ViewCluster, emptyView } from "./view.ts";
import { type ViewRecord, toViewRecord } from "./view-record.ts";

const names = ["a.dtk.io", "b.dtk.io", "c.dtk.io", "*.dtk.io", "_x.dtk.io", "desktop.dtk.io", "a.example.org"];
const ownNames = new Set(["desktop.dtk.io"]);

function settings(targets: ClusterSettings["targets"], address = "192.0.2.7"): ClusterSettings {
  return {
    clusterIPs: parseClusterIPs([address]) ?? [],
    domains: [parseManagedDomain("dtk.io") as ManagedDomain],
    targets,
  };
}

const clusterNames = ["default", "other"].map((name) => parseClusterName(name) as ClusterName);

interface Step {
  readonly cluster: number;
  readonly endpoint: Endpoint;
  readonly isRemoval: boolean;
}

const steps = fc.array(
  fc.record<Step>({
    cluster: fc.nat({ max: 1 }),
    endpoint: fc.record({
      dnsName: fc.constantFrom(...names),
      recordType: fc.constantFrom("A", "AAAA", "CNAME", "TXT", "MX"),
      targets: fc.constantFrom(["192.0.2.1"], ["c.dtk.io"], []),
      setIdentifier: fc.constantFrom("", "blue"),
    }),
    isRemoval: fc.boolean(),
  }),
  { maxLength: 12 },
);

/** Two clusters as a store holds them. */
class Records {
  readonly #byCluster = clusterNames.map(() => new Map<string, ViewRecord>());
  #sequence = 0;

  apply({ cluster, endpoint, isRemoval }: Step): string {
    const key = recordKey(endpoint);
    const record = toViewRecord(endpoint, (this.#sequence += 1));
    if (isRemoval) this.#byCluster[cluster]?.delete(keyText(key));
    else if (record !== undefined) this.#byCluster[cluster]?.set(keyText(key), record);
    return key.name;
  }

  clusters(only?: ReadonlySet<string>): ViewCluster[] {
    return clusterNames.map((name, index) => ({
      name,
      settings: settings("cluster"),
      records: [...(this.#byCluster[index]?.values() ?? [])].filter((record) => only?.has(record.name) ?? true),
    }));
  }
}

function sorted({ entries, notShown, holders }: View) {
  const byText = (values: Iterable<unknown>): string[] => [...values].map((value) => JSON.stringify(value)).toSorted();
  return { entries, notShown: byText(notShown), holders: byText(holders) };
}

test("change after change, it is what the whole view would be", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 6 }), (changes) => {
      const records = new Records();
      let before = computeView({ clusters: records.clusters(), holders: new Map(), ownNames });
      for (const change of changes) {
        const changed = new Set(change.map((step) => records.apply(step)));
        const { holders } = before;
        const whole = computeView({ clusters: records.clusters(), holders, ownNames });
        const clusters = records.clusters(changed);
        const updated = updateView(before, { names: changed, clusters, holders, ownNames });
        expect(updated && sorted(updated)).toEqual(sorted(whole));
        before = updated ?? whole;
      }
    }),
  );
});

test.each([
  ["a cluster follows CNAMEs", settings("record"), "a.dtk.io"],
  ["a changed name has U-labels", settings("cluster"), "bücher.dtk.io"],
  ["a changed name has A-labels", settings("cluster"), "xn--bcher-kva.dtk.io"],
])("everything must be looked at when %s", (_why, ofCluster, name) => {
  const cluster = { name: clusterNames[0] as ClusterName, settings: ofCluster, records: [] };
  const change = { names: new Set([name]), clusters: [cluster], holders: new Map(), ownNames };
  expect(updateView(emptyView, change)).toBeUndefined();
});

test("without a changed name the view stays the same object", () => {
  const records = new Records();
  records.apply({ cluster: 0, endpoint: { dnsName: "a.dtk.io", recordType: "A", targets: [] }, isRemoval: false });
  const before = computeView({ clusters: records.clusters(), holders: new Map(), ownNames });
  expect(updateView(before, { names: new Set(), clusters: [], holders: new Map(), ownNames })).toBe(before);
});
