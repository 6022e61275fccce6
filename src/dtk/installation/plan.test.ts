import { describe, expect, test } from "vitest";
import type { Status } from "../../contract/status.ts";
import { defaultCluster, parseClusterName } from "../../records/cluster.ts";
import { clusterOf } from "../../../test/support/status.ts";
import { findRival } from "./plan.ts";

type Cluster = Status["clusters"][number];

function clusterAt(clusterIPs: string[], lastHeard: string | null): Cluster {
  return clusterOf({ clusterIPs, domains: [], lastHeard });
}

const heard = "2026-01-01T00:00:00.000Z";

function recordOf(name: string) {
  const cluster = parseClusterName(name);
  if (cluster === undefined) throw new Error(name);
  return { cluster, domains: [], ownsNamespace: true };
}

describe("another cluster under the same name", () => {
  const wanted = { cluster: defaultCluster, clusterIPs: ["192.0.2.1"] };

  test("is one with another address that has called", () => {
    const clusters = [clusterAt(["192.0.2.9"], heard)];
    expect(findRival({ ...wanted, clusters, record: undefined })).toEqual({
      clusterIPs: ["192.0.2.9"],
      lastHeard: heard,
    });
    expect(findRival({ ...wanted, clusters, record: recordOf("kind-a") })).toBeDefined();
  });

  test.each([
    ["never called", [clusterAt(["192.0.2.9"], null)], undefined],
    ["has the same address, as when it was set up by hand", [clusterAt(["192.0.2.1"], heard)], undefined],
    ["shares one of two addresses", [clusterAt(["fd00::1", "192.0.2.1"], heard)], undefined],
    ["has no address", [clusterAt([], heard)], undefined],
    ["is not known", [], undefined],
    ["is this one, whose address has changed", [clusterAt(["192.0.2.9"], heard)], recordOf("default")],
  ])("is none that %s", (_, clusters, record) => {
    expect(findRival({ ...wanted, clusters, record })).toBeUndefined();
  });
});
