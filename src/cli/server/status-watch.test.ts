/** What counts as a change where each change is printed. */
import { expect, test } from "vitest";
import { makeTestApp, webhookMediaType } from "../../../test/support/test-app.ts";
import { substanceOf } from "./status-watch.ts";

const headers = { accept: webhookMediaType, "content-type": webhookMediaType };

test("a call of ExternalDNS and a longer silence are none; a name, a setting and a trouble are", async () => {
  await using app = await makeTestApp();
  const look = async (): Promise<string> => substanceOf({ status: await app.status() });
  await app.call("POST /domains", { body: "dtk.io" });
  await app.call("POST /clusterip", { body: "192.168.122.167" });
  await app.call("GET /records", { headers });
  const looks = [await look()];
  app.pass(60_000);
  await app.call("GET /records", { headers });
  expect(await look()).toBe(looks.at(-1));
  app.pass(240_000);
  looks.push(await look());
  app.pass(60_000);
  expect(await look()).toBe(looks.at(-1));
  const create = [{ dnsName: "foo.dtk.io", recordType: "CNAME", targets: ["foo.dtk.io"] }];
  await app.call("POST /records", { headers, body: JSON.stringify({ create }) });
  looks.push(await look());
  await app.call("POST /domains", { body: "mydomain.io" });
  looks.push(await look(), substanceOf({ trouble: { code: "no-server", message: "", hint: "" } }));
  expect(new Set(looks).size).toBe(looks.length);
});
