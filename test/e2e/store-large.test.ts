/** What an earlier version stored beyond the limits: what fits is shown, and everything can be read and removed. */
import { describe, expect, test } from "vitest";
import { type OldRow, writeOldState } from "../support/old-state.ts";
import { bytesStored, change, endpoint, settings } from "../support/store-records.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { defaultCluster } from "../../src/records/cluster.ts";
import { storeLimits } from "../../src/records/limits.ts";
import { externalDNSFeed } from "../../src/records/feed.ts";
import { type Endpoint } from "../../src/records/endpoint.ts";
import { computeView } from "../../src/records/compute-view.ts";
import type { View } from "../../src/records/view.ts";
import { openStore } from "../../src/store/open.ts";
import type { Store } from "../../src/engine/store.ts";

function viewOf(store: Store): View {
  return computeView({ clusters: store.clusters(), holders: store.holders(), ownNames: new Set() });
}

function reasonsIn({ notShown }: View): readonly string[] {
  return [...new Set(notShown.map(({ reason }) => reason))];
}

const large = 60_000;

/** A record of a name with so many addresses. */
function oldRow(name: string, addresses: number): OldRow {
  const targets = Array.from(
    { length: addresses },
    (_, index) => `"10.${index >> 16}.${(index >> 8) & 255}.${index & 255}"`,
  );
  return { name, endpoint: `{"dnsName":"${name}","recordType":"A","targets":[${targets.join()}]}` };
}

describe("what an earlier version stored beyond the limits", () => {
  test("a record of 2,150,000 addresses: the rest is shown, it can be read and removed", () => {
    const size = 2_150_000;
    using folder = temporaryFolder();
    writeOldState(folder.path, settings(), [oldRow("big.dtk.io", size), oldRow("small.dtk.io", 1)]);
    using store = openStore({ folder: folder.path, now: () => 0 });
    store.configure(defaultCluster, { ...settings(), targets: "record" });
    expect(viewOf(store).entries.map(({ name }) => name)).toEqual(["small.dtk.io"]);
    expect(viewOf(store).notShown).toMatchObject([{ name: "big.dtk.io", reason: "record-too-large" }]);
    const [big] = JSON.parse(
      [...Iterator.from(store.endpointsJSON(defaultCluster, externalDNSFeed))].join(""),
    ) as Endpoint[];
    expect(big?.targets?.length).toBe(size);
    store.apply(defaultCluster, externalDNSFeed, change({ gone: [{ dnsName: "big.dtk.io", recordType: "A" }] }));
    expect(viewOf(store).notShown).toEqual([]);
  });

  test("more than a cluster may have: it starts, shows what fits, answers all of it in pieces, and shows the rest once there is room", () => {
    using folder = temporaryFolder();
    const padding = "x".repeat(8 * 1024 * 1024);
    const huge = Array.from({ length: 2 }, (_, index) => `a${index}.dtk.io`);
    const small = Array.from(
      { length: Math.ceil(storeLimits.bytesPerCluster / large) + 100 },
      (_, index) => `n${index}.dtk.io`,
    );
    const row = (name: string, text: string) => ({
      name,
      endpoint: `{"dnsName":"${name}","recordType":"A","targets":["192.0.2.1"],"x":"${text}"}`,
    });
    writeOldState(folder.path, settings(), [
      ...huge.map((name) => row(name, padding)),
      ...small.map((name) => row(name, padding.slice(0, large))),
    ]);
    using store = openStore({ folder: folder.path, now: () => 0 });
    expect(viewOf(store).entries.length).toBeGreaterThan(1000);
    expect(reasonsIn(viewOf(store))).toEqual(["record-too-large", "store-full"]);
    expect(bytesStored(store)).toBeGreaterThan(huge.length * padding.length);
    // What is there may not grow, but everything may go.
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("new.dtk.io")] }))).toHaveLength(1);
    const gone = [...huge, ...small.slice(0, 200)].map((name) => endpoint(name));
    store.apply(defaultCluster, externalDNSFeed, change({ gone }));
    expect(viewOf(store).entries).toHaveLength(small.length - 200);
    expect(viewOf(store).notShown).toEqual([]);
    expect(store.apply(defaultCluster, externalDNSFeed, change({ create: [endpoint("new.dtk.io")] }))).toEqual([]);
  });
});
