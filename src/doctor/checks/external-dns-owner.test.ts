/** Whose the records are is read from the ownership records, as every registry version writes them. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { chainOf, externalDNSOf, here } from "../../../test/support/external-dns.ts";
import { statusOf } from "../../../test/support/status.ts";
import { lookForExternalDNS } from "../looks/cluster-looks.ts";
import { externalDNSOwner, judgeOwner, readOwners } from "./external-dns-owner.ts";

const txt = (owner: string) => ({
  dnsName: "cname-foo.dtk.io",
  recordType: "TXT",
  targets: [`"heritage=external-dns,external-dns/owner=${owner},external-dns/resource=ingress/default/test"`],
});

test("owners are counted", () => {
  const records = [txt("a"), txt("b"), txt("a"), { targets: ["foo.dtk.io"] }, { targets: null }, {}];
  expect([...readOwners(JSON.stringify(records))]).toEqual([
    ["a", 2],
    ["b", 1],
  ]);
});

test("its own records, or none", () => {
  expect(judgeOwner(chainOf(), new Map([["default", 3]]), here).grade).toBe("ok");
  expect(judgeOwner(chainOf(), new Map(), here).grade).toBe("ok");
});

test("records of another owner, the most first", () => {
  expect(
    judgeOwner(
      chainOf({ settings: { ownerId: "new" } }),
      new Map([
        ["x", 1],
        ["old", 2],
      ]),
      here,
    ),
  ).toMatchObject({
    grade: "warning",
    code: "owner-changed",
    message: "2 records belong to the owner old, and ExternalDNS is new now: it never removes them.",
    command: expect.stringMatching(/--set txtOwnerId=old$/),
  });
});

test("the registry noop is worth a note, another keeps no records here", () => {
  const owners = new Map([["old", 1]]);
  expect(judgeOwner(chainOf({ settings: { registry: "noop" } }), owners, here)).toMatchObject({
    grade: "note",
    code: "registry-without-owner",
  });
  expect(judgeOwner(chainOf({ settings: { registry: "crd" } }), owners, here).grade).toBe("ok");
});

test("the records of the cluster that ExternalDNS calls for are asked of the server", async () => {
  const ours = externalDNSOf({ settings: { webhookURL: "http://192.168.122.1:5000/clusters/kind-a" } });
  const asked: string[] = [];
  const known = chainOf({ ...ours, cluster: { name: "kind-a" } });
  const desktop = bareDesktop({
    status: async () => statusOf({ clusters: known.cluster === undefined ? [] : [known.cluster] }),
    ask: async (path) => {
      asked.push(path);
      return "[]";
    },
    once: async (look) => (Object.is(look, lookForExternalDNS) ? [ours] : look(desktop)) as ReturnType<typeof look>,
  });
  expect(await externalDNSOwner.run(desktop)).toMatchObject([{ grade: "ok" }]);
  expect(asked).toEqual(["/clusters/kind-a/records"]);
});
