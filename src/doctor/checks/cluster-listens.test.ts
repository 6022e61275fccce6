/** Closed ports and silent addresses are told apart, since their repairs differ. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import type { ProbeResult } from "../../kubernetes/cluster-ip/probe.ts";
import { parseAddress } from "../../records/address.ts";
import { clusterListens, judgeListening } from "./cluster-listens.ts";

const [address] = ["192.168.122.167"].flatMap((text) => parseAddress(text) ?? []);

test.each<{ http: ProbeResult; https: ProbeResult; expected: string }>([
  { http: "open", https: "open", expected: "ok" },
  { http: "open", https: "closed", expected: "ok" },
  { http: "silent", https: "open", expected: "ok" },
  { http: "closed", https: "closed", expected: "warning cluster-ip-closed" },
  { http: "closed", https: "silent", expected: "warning cluster-ip-closed" },
  { http: "silent", https: "silent", expected: "problem cluster-ip-silent" },
])("$http and $https: $expected", ({ http, https, expected }) => {
  const heard = address === undefined ? [] : [{ cluster: "default", address, http, https }];
  const found = judgeListening(heard).map((one) => (one.grade === "ok" ? "ok" : `${one.grade} ${one.code}`));
  expect(found).toEqual([expected]);
});

test.each([
  { case: "no cluster IP", cluster: clusterOf({ clusterIPs: [] }) },
  { case: "addresses of the records' own", cluster: clusterOf({ targets: "record" }) },
])("$case: nothing to try", async ({ cluster }) => {
  const desktop = bareDesktop({ status: async () => statusOf({ clusters: [cluster] }) });
  expect(await clusterListens.run(desktop)).toMatchObject([{ grade: "ok" }]);
});
