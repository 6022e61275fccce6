/** What callers send reaches status, page and metrics without a hidden character, and makes no series as it likes. */
import { expect, test } from "vitest";
import { makeTestApp } from "../../test/support/test-app.ts";

const hidden = /[^\n\P{C}]|[\u2028\u2029]|\p{Default_Ignorable_Code_Point}/u;
const odd = "a\u202e\u200b\u2066b\u{e0041}";

test("status, names, page and errors hide nothing", async () => {
  await using app = await makeTestApp();
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusterip", { body: "192.0.2.7" });
  const create = [
    { dnsName: "shown.dtk.io", recordType: "A", targets: ["192.0.2.1"], labels: { resource: odd } },
    { dnsName: `${odd}.dtk.io`, recordType: "A", targets: ["192.0.2.1"] },
    { dnsName: "type.dtk.io", recordType: odd, targets: ["192.0.2.1"] },
  ];
  expect((await app.call("POST /records", { body: JSON.stringify({ create }) })).status).toBe(204);
  await app.call("POST /adjustendpoints", { body: JSON.stringify([...create, odd]) });
  const status = await app.status();
  expect(status.names.list[0]?.resource).toBe(odd);
  expect(status.notShown.list[0]?.name).toBe(`${odd}.dtk.io`);
  expect(status.leftOut.total).toBe(4);
  for (const path of ["/status", "/names", "/", "/metrics"]) {
    const text = await (await app.call(`GET ${path}`, { headers: { accept: "text/html" } })).text();
    expect(text.length).toBeGreaterThan(50);
    expect(hidden.exec(text), path).toBeNull();
  }
  const refused = await app.call("POST /domains", { body: odd });
  expect([refused.status, hidden.test(await refused.text())]).toEqual([400, false]);
});

test("record types make few series", async () => {
  await using app = await makeTestApp();
  const create = Array.from({ length: 5000 }, (_, index) => ({ dnsName: `n${index}.dtk.io`, recordType: `T${index}` }));
  await app.call("POST /records", { body: JSON.stringify({ create }) });
  const metrics = await (await app.call("GET /metrics")).text();
  expect(metrics.split("\n").filter((line) => line.startsWith("hostsfile_server_records{"))).toEqual([
    'hostsfile_server_records{cluster="default",type="other"} 5000',
  ]);
  expect((await app.status()).clusters[0]?.records).toEqual({ other: 5000 });
});
