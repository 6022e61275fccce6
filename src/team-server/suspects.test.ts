/** Which keys of the projection are looked at, which are waited for, and which count as somebody else's change. */
import { expect, test } from "vitest";
import { ModelEtcd } from "../../test/support/model-etcd.ts";
import { settings } from "../../test/support/store-records.ts";
import { defaultCluster } from "../records/cluster.ts";
import { Suspects } from "./suspects.ts";
import type { TeamStore } from "./team-store.ts";

const key = "/skydns/io/dtk/foo/hfs4";
const apex = "/skydns/io/dtk/dns/apex/hfs0";

function publish(store: TeamStore, of: string, text: string | undefined): void {
  const item =
    text === undefined ? undefined : { key: of, value: Buffer.from(text), createRevision: 9n, modRevision: 9n };
  store.takePublished([{ key: of, revision: 99n, item }]);
}

function teamStore(): TeamStore {
  const etcd = new ModelEtcd();
  etcd.grant({ kind: "configure", cluster: defaultCluster, settings: settings() });
  etcd.show();
  return etcd.store();
}

test("what is right is no suspect, and what others change is one until it is right again", () => {
  const store = teamStore();
  const suspects = new Suspects();
  suspects.begin(store);
  expect(suspects.open()).toEqual([]);
  const text = store.published(apex)?.text;
  publish(store, apex, "{}");
  suspects.begin(store);
  expect(suspects.open()).toEqual([apex]);
  expect(suspects.isOfView(apex)).toBe(false);
  publish(store, apex, text);
  expect(suspects.areClear(store)).toBe(true);
});

test("what changes during a work is left for the next", () => {
  const store = teamStore();
  const suspects = new Suspects();
  suspects.begin(store);
  publish(store, key, "{}");
  expect(suspects.areClear(store)).toBe(true);
  suspects.begin(store);
  expect(suspects.open()).toEqual([key]);
});

test("what the view wants anew counts as the view's", () => {
  const store = teamStore();
  const suspects = new Suspects();
  publish(store, key, "{}");
  suspects.note([key]);
  suspects.begin(store);
  expect(suspects.isOfView(key)).toBe(true);
  publish(store, key, undefined);
  expect(suspects.areClear(store)).toBe(true);
  publish(store, key, "{}");
  suspects.begin(store);
  expect(suspects.isOfView(key)).toBe(false);
});
