/** The server's cluster IP is compared with what dtk would set. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { statusOf } from "../../../test/support/status.ts";
import { parseAddress } from "../../records/address.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { clusterIPConfigured, judgeConfigured } from "./cluster-ip-configured.ts";

const clusterIPs = ["172.18.0.3", "fd00::3"].flatMap((text) => parseAddress(text) ?? []);
const wanted = { clusterIPs, source: "the control-plane node", isListening: true, tried: [] };

test("the same addresses are fine", () => {
  expect(judgeConfigured(["172.18.0.3", "fd00::3"], wanted)).toEqual({
    grade: "ok",
    message: "The cluster IP is 172.18.0.3,fd00::3, as the server has it.",
  });
});

test.each([
  [["172.18.0.2"], "172.18.0.2"],
  [[], "none"],
])("the server has %j", (present, shown) => {
  expect(judgeConfigured(present, wanted)).toMatchObject({
    grade: "problem",
    code: "cluster-ip-moved",
    message: `The cluster IP is 172.18.0.3,fd00::3 (the control-plane node), but the server has ${shown}.`,
    command: "dtk install-addon external-dns",
  });
});

test("a server without the cluster has none", async () => {
  const desktop = bareDesktop({ status: async () => statusOf({ clusters: [] }) });
  expect(await clusterIPConfigured(defaultCluster, wanted).run(desktop)).toMatchObject([
    { message: expect.stringContaining("but the server has none") },
  ]);
});
