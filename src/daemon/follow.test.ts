/** A cluster may follow its caller's address; only a token proves the identity of a caller, and this machine itself is never followed. */
import { describe, expect, test } from "vitest";
import { guest, makeTestApp, own, webhookMediaType } from "../../test/support/test-app.ts";

const adminToken = "0123456789abcdef";
const authorization = `Bearer ${adminToken}`;
const json = { accept: webhookMediaType, "content-type": webhookMediaType, authorization };
const name = { dnsName: "foo.dtk.io", recordType: "CNAME", targets: ["foo.dtk.io"] };

async function following(prefix = "") {
  const app = await makeTestApp({ adminToken });
  const set = (path: string, body: string) => app.call(`POST ${prefix}${path}`, { body, headers: { authorization } });
  await set("/domains", "dtk.io");
  await set("/clusterip", "auto");
  const callFrom = async (from: string): Promise<void> => {
    expect((await app.call(`GET ${prefix}/records`, { headers: json, from })).status).toBe(200);
  };
  const clusterIP = async (): Promise<unknown> =>
    (await app.call(`GET ${prefix}/clusterip`, { headers: { authorization } })).json();
  const addresses = async () => (await app.status()).names.list.map((entry) => entry.addresses);
  return { app, set, callFrom, clusterIP, addresses, [Symbol.asyncDispose]: () => app[Symbol.asyncDispose]() };
}

describe.each(["", "/clusters/kind-a"])("a cluster at %j that follows its caller", (prefix) => {
  test("points its names to where ExternalDNS calls from, also after that changed", async () => {
    await using here = await following(prefix);
    expect((await here.app.status()).attention).toMatchObject([
      { code: "no-cluster-ip", message: expect.stringContaining("follows ExternalDNS") },
    ]);
    await here.app.call(`POST ${prefix}/records`, {
      headers: json,
      from: guest,
      body: JSON.stringify({ create: [name] }),
    });
    expect(await here.addresses()).toEqual([[guest]]);
    await here.callFrom("192.168.122.168");
    expect(await here.addresses()).toEqual([["192.168.122.168"]]);
    expect(await here.clusterIP()).toBe("192.168.122.168");
    expect((await here.app.status()).attention).toEqual([]);
    const followed = here.app.lines.filter(({ fields }) => "code" in fields && fields.code === "cluster-ip-followed");
    expect(followed).toHaveLength(2);
  });

  test.each([own, "::1", "::ffff:127.0.0.1", "192.168.122.1", "fe80::1%virbr0", "0.0.0.0"])(
    "never follows %s",
    async (from) => {
      await using here = await following(prefix);
      await here.callFrom(guest);
      await here.callFrom(from);
      expect(await here.clusterIP()).toBe(guest);
    },
  );

  test("does not take a curl by hand for ExternalDNS", async () => {
    await using here = await following(prefix);
    await here.app.call(`GET ${prefix}/records`, { headers: { authorization }, from: guest });
    expect(await here.clusterIP()).toBe("");
  });

  test("stays where it is told to stay once an address is set", async () => {
    await using here = await following(prefix);
    await here.callFrom(guest);
    await here.set("/clusterip", "192.168.122.200");
    await here.callFrom("192.168.122.168");
    expect(await here.clusterIP()).toBe("192.168.122.200");
  });
});

test("switched on later, it keeps the address until ExternalDNS calls", async () => {
  await using here = await following();
  await here.set("/clusterip", "192.168.122.200");
  await here.set("/clusterip", "auto");
  expect(await here.clusterIP()).toBe("192.168.122.200");
  await here.callFrom("2001:db8::7");
  expect(await here.clusterIP()).toBe("2001:db8::7");
});

test("without a token it is refused with a sentence", async () => {
  await using app = await makeTestApp();
  const answer = await app.call("POST /clusterip", { body: "auto" });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain("--token-file");
});
