/** What a proof opens: one request, as it was made, at one address, within a minute; and what strangers learn from a challenge. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { guest, makeTestApp, neighbour, own } from "../../test/support/test-app.ts";
import { defaultCluster } from "../records/cluster.ts";
import { ServerNonces, mostUsed, nonceLife } from "./nonces.ts";
import { parseUserName } from "../records/user.ts";
import {
  answerHeader,
  digestOf,
  formatRequestProof,
  placeText,
  proveAnswer,
  proveRequest,
  proveServer,
  readRequestProof,
} from "../contract/proof.ts";
import { webhookToken } from "../contract/token.ts";

const adminToken = "0123456789abcdef0123456789abcdef";
const local = { address: "::ffff:127.0.0.1", port: 5000 };
const at = "127.0.0.1:5000";
const client = "client-nonce-of-this-test";

type TestApp = Awaited<ReturnType<typeof makeTestApp>>;

interface Sent {
  readonly method?: string;
  readonly target?: string;
  readonly body?: string;
  readonly authorization?: string;
  readonly from?: string;
  readonly local?: typeof local;
}

async function send(app: TestApp, sent: Sent): Promise<Response> {
  const { method = "GET", target = "/status", body, authorization } = sent;
  const headers = { host: "localhost:5000", ...(authorization !== undefined && { authorization }) };
  const init = { method, headers, ...(body !== undefined && { body }) };
  const bindings = { caller: sent.from ?? own, local: sent.local ?? local };
  return app.fetch(new Request(`http://localhost:5000${target}`, init), bindings);
}

const challengeSchema = z.object({ nonce: z.string(), at: z.string(), proof: z.string() });

async function challenge(app: TestApp): Promise<z.infer<typeof challengeSchema>> {
  const answer = await send(app, { method: "POST", target: `/challenge?nonce=${client}` });
  expect(answer.status).toBe(200);
  return challengeSchema.parse(await answer.json());
}

/** The header that opens a request, as a command of ours makes it. */
function authorize(server: string, content: { method?: string; target?: string; body?: string; at?: string } = {}) {
  const { method = "GET", target = "/status", body = "" } = content;
  const [nonces, digest] = [{ client, server }, digestOf(body)];
  const proof = proveRequest(adminToken, nonces, { at: content.at ?? at, method, target, digest });
  return formatRequestProof({ nonces, digest, proof });
}

test("a challenge is answered with a proof over both nonces and the address that was called", async () => {
  await using app = await makeTestApp({ adminToken });
  const { nonce, at: said, proof } = await challenge(app);
  expect(said).toBe(at);
  expect(proof).toBe(proveServer(adminToken, { client, server: nonce }, at));
  expect((await challenge(app)).nonce).not.toBe(nonce);
});

test("a proven request is let in, and its answer is proven", async () => {
  await using app = await makeTestApp({ adminToken });
  const { nonce } = await challenge(app);
  const answer = await send(app, { authorization: authorize(nonce) });
  const text = await answer.text();
  expect(answer.status).toBe(200);
  expect(JSON.parse(text)).toHaveProperty("server");
  const expected = proveAnswer(adminToken, { client, server: nonce }, { status: 200, digest: digestOf(text) });
  expect(answer.headers.get(answerHeader)).toBe(expected);
  expect(answer.headers.get("content-type")).toBe("application/json");
});

test("a body counts, and so does an answer without one", async () => {
  await using app = await makeTestApp({ adminToken });
  const { nonce } = await challenge(app);
  const wanted = { method: "POST", target: "/domains", body: "dtk.io" };
  const answer = await send(app, { ...wanted, authorization: authorize(nonce, wanted) });
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  expect(answer.headers.get(answerHeader)).not.toBeNull();
  expect((await app.status()).clusters).toMatchObject([{ domains: ["dtk.io"] }]);
});

describe("refused is", () => {
  const wanted = { method: "POST", target: "/domains", body: "dtk.io" };
  const cases: readonly { what: string; sent?: Sent; made?: Parameters<typeof authorize>[1] }[] = [
    { what: "another path", sent: { target: "/clusters/a/domains" } },
    { what: "another query", sent: { target: "/domains?a" } },
    { what: "another method", sent: { method: "DELETE", target: "/domains/dtk.io" } },
    { what: "another body", sent: { body: "evil.io" } },
    { what: "no body", sent: { body: "" } },
    { what: "a request to another port", made: { ...wanted, at: "127.0.0.1:5001" } },
    { what: "a request to another address", made: { ...wanted, at: "192.168.122.50:5000" } },
    { what: "a request that came in at another address", sent: { local: { address: "192.168.122.1", port: 5000 } } },
    { what: "a request that came in at another port", sent: { local: { address: "127.0.0.1", port: 5001 } } },
  ];

  test.each(cases)("$what", async ({ sent, made = wanted }) => {
    await using app = await makeTestApp({ adminToken });
    const { nonce } = await challenge(app);
    const answer = await send(app, { ...wanted, ...sent, authorization: authorize(nonce, made) });
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([401, null]);
    expect((await app.status()).clusters).toMatchObject([{ domains: [] }]);
  });

  test("what was sent before", async () => {
    await using app = await makeTestApp({ adminToken });
    const { nonce } = await challenge(app);
    expect((await send(app, { authorization: authorize(nonce) })).status).toBe(200);
    expect((await send(app, { authorization: authorize(nonce) })).status).toBe(401);
  });

  test("a nonce of another server, and one that this server did not make", async () => {
    await using app = await makeTestApp({ adminToken });
    await using other = await makeTestApp({ adminToken });
    const { nonce } = await challenge(other);
    expect((await send(app, { authorization: authorize(nonce) })).status).toBe(401);
    expect((await send(app, { authorization: authorize("a-nonce-that-nobody-made") })).status).toBe(401);
  });

  test("a proof with another token, a webhook token among them", async () => {
    await using app = await makeTestApp({ adminToken });
    for (const token of ["another-token-0123456789", webhookToken(adminToken, defaultCluster)]) {
      const { nonce } = await challenge(app);
      const [nonces, digest] = [{ client, server: nonce }, digestOf("")];
      const proof = proveRequest(token, nonces, { at, method: "GET", target: "/status", digest });
      const authorization = formatRequestProof({ nonces, digest, proof });
      expect((await send(app, { authorization })).status).toBe(401);
    }
  });

  test("the server's own proof, sent back to it", async () => {
    await using app = await makeTestApp({ adminToken });
    const { nonce, proof } = await challenge(app);
    const authorization = formatRequestProof({ nonces: { client, server: nonce }, digest: digestOf(""), proof });
    expect((await send(app, { authorization })).status).toBe(401);
  });
});

test("where there is no token there is nothing to prove, and no proof is needed", async () => {
  await using app = await makeTestApp();
  const answer = await send(app, { method: "POST", target: `/challenge?nonce=${client}` });
  expect([answer.status, await answer.json()]).toEqual([200, {}]);
  expect((await send(app, { authorization: authorize("a-nonce-that-nobody-made") })).status).toBe(200);
});

test("strangers and web pages get no proof, and neither does a nonce that could be anything", async () => {
  await using app = await makeTestApp({ adminToken });
  const ask = async (options: object, nonce = client) =>
    (await app.call(`POST /challenge?nonce=${nonce}`, options)).status;
  expect(await ask({ from: guest })).toBe(200);
  expect(await ask({ from: neighbour })).toBe(403);
  expect(await ask({ headers: { origin: "http://localhost:5000" } })).toBe(403);
  expect(await ask({ headers: { host: "evil.com" } })).toBe(403);
  expect(await ask({}, "")).toBe(400);
  expect(await ask({}, "a".repeat(200))).toBe(400);
});

describe("nonces", () => {
  test("are good for their client, for a minute, and once", () => {
    let time = 1000;
    const nonces = new ServerNonces(() => time);
    const [first, second] = [nonces.make("a"), nonces.make("a")];
    expect(nonces.isGood(first, "a")).toBe(true);
    expect(nonces.isGood(first, "b")).toBe(false);
    expect(nonces.use(first)).toBe(true);
    expect(nonces.isGood(first, "a")).toBe(false);
    time += nonceLife - 1;
    expect(nonces.isGood(second, "a")).toBe(true);
    time += 1;
    expect(nonces.isGood(second, "a")).toBe(false);
    expect(nonces.isGood(first, "a")).toBe(false);
  });

  test("that were used are remembered up to a limit, beyond which none is taken until they are old", () => {
    let time = 0;
    const nonces = new ServerNonces(() => time);
    const taken = Array.from({ length: mostUsed }, (_, index) => nonces.use(`nonce ${index}`));
    expect(taken.every(Boolean)).toBe(true);
    expect(nonces.use("one more")).toBe(false);
    expect(nonces.use("of another holder", parseUserName("dev"))).toBe(true);
    time += nonceLife;
    expect(nonces.use("one more")).toBe(true);
  });
});

test("a proof is read as it was written, and nothing else is one", () => {
  const written = {
    nonces: { client, server: "server-nonce~with~parts" },
    digest: digestOf("x"),
    proof: digestOf("y"),
  };
  expect(readRequestProof(formatRequestProof(written))).toEqual(written);
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(readRequestProof(text)).toBeUndefined();
      expect(readRequestProof(`HostsfileServerProof ${text}`)).toBeUndefined();
    }),
  );
});

test.each([
  ["127.0.0.1", "127.0.0.1:5000"],
  ["::ffff:127.0.0.1", "127.0.0.1:5000"],
  ["::1", "[::1]:5000"],
  ["fe80::1%eth0", "[fe80::1]:5000"],
  [undefined, ""],
])("both ends of a connection call %s %s", (address, expected) => {
  expect(placeText(address, 5000)).toBe(expected);
});
