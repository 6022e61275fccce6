/** What the server is told follows from what it has and what dtk told it before, and a second time there is nothing to tell. */
import { describe, expect, test } from "vitest";
import type { Status } from "../../contract/status.ts";
import { type ClusterName, defaultCluster, parseClusterIPs, parseClusterName } from "../../records/cluster.ts";
import { clusterOf } from "../../../test/support/status.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { type SettingsWanted, planSettings } from "./settings.ts";

const kindA = parseClusterName("kind-a") ?? defaultCluster;

function cluster(name: ClusterName, domains: readonly string[], ip = "192.0.2.10"): Status["clusters"][number] {
  return clusterOf({ name, clusterIPs: ip === "" ? [] : ip.split(","), domains: [...domains] });
}

function want(name: ClusterName, domains: readonly string[], before?: SettingsWanted["before"]): SettingsWanted {
  const settings = {
    clusterIPs: parseClusterIPs(["192.0.2.10"]) ?? [],
    domains: domains.flatMap((domain) => parseManagedDomain(domain) ?? []),
    targets: "cluster",
  } as const;
  return { cluster: name, settings, before };
}

function requests(clusters: Status["clusters"], wanted: SettingsWanted): readonly string[] {
  return planSettings(clusters, wanted).map(({ method, path, body }) => [method, path, body].join(" ").trim());
}

describe("the cluster default", () => {
  test("gets the seed's calls", () => {
    expect(requests([cluster(defaultCluster, [], "")], want(defaultCluster, ["dtk.io", "my.io"]))).toEqual([
      "POST /domains dtk.io,my.io",
      "POST /clusterip 192.0.2.10",
    ]);
  });

  test("gets what is missing only, and nothing when nothing is", () => {
    const known = [cluster(defaultCluster, ["dtk.io"])];
    expect(requests(known, want(defaultCluster, ["dtk.io", "my.io"]))).toEqual(["POST /domains my.io"]);
    expect(requests(known, want(defaultCluster, ["dtk.io"]))).toEqual([]);
  });

  test("loses a domain that dtk set and that is gone from the file, never one that was added by hand", () => {
    const known = [cluster(defaultCluster, ["dtk.io", "old.io", "hand.io"])];
    const before = { cluster: defaultCluster, domains: ["dtk.io", "old.io", "gone-already.io"] };
    expect(requests(known, want(defaultCluster, ["dtk.io"], before))).toEqual(["DELETE /domains/old.io"]);
    expect(requests(known, want(defaultCluster, ["dtk.io"]))).toEqual([]);
  });

  test("moves to a new cluster IP", () => {
    const known = [cluster(defaultCluster, ["dtk.io"], "192.0.2.9")];
    expect(requests(known, want(defaultCluster, ["dtk.io"]))).toEqual(["POST /clusterip 192.0.2.10"]);
  });
});

describe("a named cluster", () => {
  test("is told under its own path, and comes into being by that", () => {
    const known = [cluster(defaultCluster, ["dtk.io"])];
    expect(requests(known, want(kindA, ["dtk.io"]))).toEqual([
      "POST /clusters/kind-a/domains dtk.io",
      "POST /clusters/kind-a/clusterip 192.0.2.10",
    ]);
  });

  test("that had another name is forgotten under the old one, and under no other", () => {
    const before = { cluster: defaultCluster, domains: ["dtk.io"] };
    const known = [cluster(defaultCluster, ["dtk.io"]), cluster(kindA, ["dtk.io"])];
    expect(requests(known, want(kindA, ["dtk.io"], before))).toEqual(["DELETE /clusters/default/feeds/external-dns"]);
    expect(requests([cluster(kindA, ["dtk.io"])], want(kindA, ["dtk.io"], before))).toEqual([]);
  });
});

describe("the name that a cluster had before", () => {
  const before = { cluster: defaultCluster, domains: ["dtk.io"] };
  const told = [cluster(kindA, ["dtk.io"])];
  const forget = "DELETE /clusters/default/feeds/external-dns";

  test.each<[string, Partial<Status["clusters"][number]>, readonly string[]]>([
    // The server always has a cluster of that name, so nothing is left to forget then.
    ["that has nothing any more", { domains: [], clusterIPs: [] }, []],
    ["that has a domain", { clusterIPs: [] }, [forget]],
    ["that has a cluster IP", { domains: [] }, [forget]],
    ["that has records", { domains: [], clusterIPs: [], records: { A: 1 } }, [forget]],
    ["that a watcher feeds too", { feeds: ["external-dns", "watch"], records: { A: 2 } }, [forget]],
    ["that a watcher alone feeds, whose settings stay", { feeds: ["watch"], records: { A: 1 } }, []],
  ])("%s", (_, part, expected) => {
    const old = { ...cluster(defaultCluster, ["dtk.io"]), ...part };
    expect(requests([old, ...told], want(kindA, ["dtk.io"], before))).toEqual(expected);
  });
});

test("the target mode is told when it differs", () => {
  const wanted = want(defaultCluster, ["dtk.io"]);
  const record = { ...wanted, settings: { ...wanted.settings, targets: "record" } } as const;
  expect(requests([cluster(defaultCluster, ["dtk.io"])], record)).toEqual(["POST /targets record"]);
});
