/** A resolver that calls us hears of what is shown and of nothing else, in records that an independent decoder reads. */
import packet from "dns-packet";
import { expect, test } from "vitest";
import { parseAddress } from "../records/address.ts";
import type { ClusterName } from "../records/cluster.ts";
import type { ManagedDomain } from "../records/managed-domain.ts";
import type { ALabelName } from "../records/name.ts";
import { type View, type ViewEntry, emptyView } from "../records/view.ts";
import { HookNames } from "./hook-names.ts";

function entry(name: string, part: Partial<ViewEntry> = {}): ViewEntry {
  const addresses = ["192.0.2.1", "192.0.2.2"].flatMap((text) => parseAddress(text) ?? []);
  const base = { cluster: "default" as ClusterName, ttl: undefined, others: [], resource: undefined };
  return { ...base, name: name as ALabelName, addresses, ...part };
}

const view: View = {
  ...emptyView,
  domains: ["dtk.io" as ManagedDomain],
  entries: [
    entry("*.apps.dtk.io"),
    entry("a.b.dtk.io"),
    entry("t.dtk.io", { addresses: [], others: [{ type: "TXT", targets: ["hello"], ttl: undefined }] }),
  ],
};
const [a, txt, aaaa] = [1, 16, 28];

async function names(): Promise<HookNames> {
  const found = new HookNames();
  await found.update(view);
  return found;
}

/** Reads a record as the answer of a packet. */
function decode(record: Uint8Array) {
  const header = Buffer.from([0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  return packet.decode(Buffer.concat([header, record])).answers?.[0];
}

test("a wildcard answers with the name of the question, in its spelling", async () => {
  const { isKnown, records } = (await names()).lookUp("X.y.Apps.dtk.io", a);
  expect(isKnown).toBe(true);
  expect(records.map(decode)).toMatchObject(
    ["192.0.2.1", "192.0.2.2"].map((data) => ({ name: "X.y.Apps.dtk.io", type: "A", class: "IN", data })),
  );
});

test("other records come too", async () => {
  const [record = new Uint8Array()] = (await names()).lookUp("t.dtk.io", txt).records;
  expect(decode(record)).toMatchObject({ name: "t.dtk.io", type: "TXT", data: [Buffer.from("hello")] });
});

test("a name without the type is known, so that nobody else is asked about it", async () => {
  expect((await names()).lookUp("x.apps.dtk.io", aaaa)).toEqual({ isKnown: true, records: [] });
});

test.each(["dtk.io", "b.dtk.io", "apps.dtk.io", "none.dtk.io", "example.com"])(
  "%s is asked elsewhere",
  async (name) => {
    expect((await names()).lookUp(name, a)).toEqual({ isKnown: false, records: [] });
  },
);

test("what is gone is not known any more, however many changes come at once", async () => {
  const found = new HookNames();
  await Promise.all([found.update(view), found.update({ ...view, entries: [] }), found.update(emptyView)]);
  expect(found.lookUp("x.apps.dtk.io", a).isKnown).toBe(false);
});

test("what was asked is counted", async () => {
  const found = await names();
  expect(found.calls).toEqual({ answered: 0, passed: 0, lastAt: undefined });
  found.lookUp("x.apps.dtk.io", a);
  found.lookUp("unknown.dtk.io", a);
  found.lookUp("other.dtk.io", a);
  expect(found.calls).toEqual({ answered: 1, passed: 2, lastAt: expect.any(Number) });
});
