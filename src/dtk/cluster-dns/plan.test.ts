import { describe, expect, test } from "vitest";
import { k3sCorefile, kubeadmCorefile, minikubeCorefile } from "../../../test/support/corefiles.ts";
import { parseListenAddress } from "../../records/listen-address.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import type { ConfigMap, ConfigMaps } from "./config-maps.ts";
import { planStubZone, planStubZoneRemoval } from "./plan.ts";
import type { StubZone } from "./stub-zone.ts";

function mapOf(name: string, data: Readonly<Record<string, string>>): ConfigMap {
  return { metadata: { name, resourceVersion: "1" }, data: { ...data } };
}

function mapsOf(corefile: string, custom?: Readonly<Record<string, string>>): ConfigMaps {
  return {
    coredns: mapOf("coredns", { Corefile: corefile }),
    custom: custom && mapOf("coredns-custom", custom),
  };
}

function stubOf(...names: readonly string[]): StubZone {
  const domains = names.map((name) => parseManagedDomain(name) ?? expect.fail());
  return { domains, responder: parseListenAddress("192.168.122.1") ?? expect.fail() };
}

/** The ConfigMaps after the changes of a plan. */
function after(maps: ConfigMaps, { changes }: ReturnType<typeof planStubZone>): ConfigMaps {
  const texts = { coredns: { ...maps.coredns?.data }, "coredns-custom": { ...maps.custom?.data } };
  for (const { place, after: text } of changes) {
    if (text === undefined) delete texts[place.configMap][place.key];
    else texts[place.configMap][place.key] = text;
  }
  return mapsOf(texts.coredns["Corefile"] ?? "", texts["coredns-custom"]);
}

const dtk = "hostsfile-server.server";

describe("a stub zone", () => {
  test.each([kubeadmCorefile, minikubeCorefile])("goes into the Corefile where nothing is imported", (corefile) => {
    const maps = mapsOf(corefile);
    const plan = planStubZone(maps, stubOf("my.io", "dtk.io"));
    expect(plan).toMatchObject({ place: { configMap: "coredns" }, reloads: true });
    const taught = after(maps, plan);
    expect(taught.coredns?.data?.["Corefile"]).toMatch(
      /^# BEGIN .*\ndtk\.io:53 my\.io:53 \{\n {4}errors\n {4}forward \. 192\.168\.122\.1:5391\n\}\n# END hostsfile-server\n\.:53 \{/,
    );
    expect(planStubZone(taught, stubOf("my.io", "dtk.io")).changes).toEqual([]);
    expect(after(taught, planStubZoneRemoval(taught)).coredns).toEqual(maps.coredns);
  });

  test("goes into coredns-custom where that is imported, and leaves other keys alone", () => {
    for (const custom of [undefined, { "other.server": "other.io {\n}\n", "log.override": "log" }]) {
      const maps = mapsOf(k3sCorefile, custom);
      const plan = planStubZone(maps, stubOf("dtk.io"));
      expect(plan).toMatchObject({ place: { configMap: "coredns-custom" }, changes: [{ before: undefined }] });
      const taught = after(maps, plan);
      expect(taught.coredns).toEqual(maps.coredns);
      expect(taught.custom?.data).toEqual({ ...custom, [dtk]: expect.stringContaining("dtk.io:53 {") });
      expect(planStubZone(taught, stubOf("dtk.io")).changes).toEqual([]);
      expect(after(taught, planStubZoneRemoval(taught)).custom?.data).toEqual({ ...custom });
    }
  });

  test("moves when the cluster begins to import", () => {
    const maps = mapsOf(kubeadmCorefile);
    const taught = after(maps, planStubZone(maps, stubOf("dtk.io")));
    const text = taught.coredns?.data?.["Corefile"] ?? "";
    const imports = mapsOf(`${text}import custom/*.server\n`);
    const moved = after(imports, planStubZone(imports, stubOf("dtk.io")));
    expect(moved.coredns?.data?.["Corefile"]).toBe(`${kubeadmCorefile}import custom/*.server\n`);
    expect(moved.custom?.data?.[dtk]).toContain("dtk.io:53 {");
  });

  test("serves the port that the cluster's own zones are served at, and knows who does not reload", () => {
    const plan = planStubZone(mapsOf(".:5353 {\n forward . /etc/resolv.conf\n}\n"), stubOf("dtk.io"));
    expect(plan.changes[0]?.after).toContain("dtk.io:5353 {");
    expect(plan.reloads).toBe(false);
  });

  test.each([
    ["cluster-dns-unknown", { coredns: undefined, custom: undefined }],
    ["cluster-dns-unreadable", mapsOf(".:53\nforward . 192.0.2.1\n")],
    ["cluster-dns-zone-taken", mapsOf(`${kubeadmCorefile}DTK.io. {\n}\n`)],
    ["cluster-dns-zone-taken", mapsOf(k3sCorefile, { "mine.server": "a.io dtk.io:53 {\n}\n" })],
    ["cluster-dns-zone-taken", mapsOf(kubeadmCorefile.replace("cluster.local", "k8s.dtk.io"))],
    ["cluster-dns-block-damaged", mapsOf(`# END hostsfile-server\n${kubeadmCorefile}`)],
    ["cluster-dns-block-damaged", mapsOf(k3sCorefile, { [dtk]: "dtk.io {\n}\n" })],
  ])("is refused: %s", (code, maps) => {
    expect(() => planStubZone(maps, stubOf("dtk.io"))).toThrow(expect.objectContaining({ code }));
  });

  test("another port, another zone, or a file that is not imported takes no zone", () => {
    const files = { "mine.server": "dtk.io:1053 a.dtk.io {\n}\n", "mine.txt": "dtk.io {\n}\n" };
    expect(planStubZone(mapsOf(k3sCorefile, files), stubOf("dtk.io")).changes).toHaveLength(1);
  });

  test("nothing to remove, and a block that somebody changed is not removed", () => {
    expect(planStubZoneRemoval(mapsOf(kubeadmCorefile)).changes).toEqual([]);
    expect(planStubZoneRemoval({ coredns: undefined, custom: undefined }).changes).toEqual([]);
    const custom = { [dtk]: "# BEGIN hostsfile-server lines=0123456789abcdef\n# END hostsfile-server\n" };
    expect(() => planStubZoneRemoval(mapsOf(k3sCorefile, custom))).toThrow(
      expect.objectContaining({ code: "cluster-dns-block-damaged" }),
    );
  });
});
