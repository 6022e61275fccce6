/** What a team server knows follows etcd, also where the projection comes later than the records. */
import { expect, test } from "vitest";
import { ModelEtcd } from "../../test/support/model-etcd.ts";
import { settings } from "../../test/support/store-records.ts";
import { CurrentView } from "../engine/current-view.ts";
import { type ClusterName, defaultCluster } from "../records/cluster.ts";
import { planMutation } from "../records/endpoint.ts";
import { externalDNSFeed } from "../records/feed.ts";
import { finish } from "../base/steps.ts";
import type { Wish } from "./plan/plan.ts";
import type { TeamStore } from "./team-store.ts";

const other = "other" as ClusterName;
const key = "/skydns/io/dtk/foo/hfs4";

function create(cluster: ClusterName, name: string): Wish {
  const endpoint = { dnsName: name, recordType: "CNAME", targets: [name] };
  const mutation = planMutation({ create: [endpoint], updateOld: [], updateNew: [], delete: [] });
  return { kind: "apply", cluster, feed: externalDNSFeed, mutation };
}

test("who is published for a contested name holds it, although that is heard later than the records", () => {
  const etcd = new ModelEtcd();
  for (const cluster of [defaultCluster, other]) etcd.grant({ kind: "configure", cluster, settings: settings() });
  etcd.grant(create(defaultCluster, "foo.dtk.io"));
  etcd.grant(create(other, "foo.dtk.io"));
  etcd.keys.delete(key);
  const store = etcd.store();
  const current = new CurrentView();
  const facts = { ownNames: new Set<string>(), shownFor: new Map() };
  const holder = (from: TeamStore): string | undefined => finish(current.workOut(from, facts)).entries[0]?.cluster;
  expect(holder(store)).toBe("default");
  const value = Buffer.from('{"host":"192.0.2.1","group":"foo.dtk.io","cluster":"other"}');
  store.takePublished([{ key, revision: 90n, item: { key, value, createRevision: 90n, modRevision: 90n } }]);
  expect(holder(store)).toBe("other");
  // With nothing published and nothing shown before, who asked first has it.
  store.takePublished([{ key, revision: 91n, item: undefined }]);
  expect(holder(store)).toBe("default");
});
