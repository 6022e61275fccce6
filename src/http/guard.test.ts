/** The guard before the real routes: what callers see, and what the log says about those who were refused. */
import { describe, expect, test } from "vitest";
import { guest, makeTestApp, neighbour, own, webhookMediaType } from "../../test/support/test-app.ts";
import { parseClusterName } from "../records/cluster.ts";
import { webhookToken } from "../contract/token.ts";

const adminToken = "admin-token";
const headers = { accept: webhookMediaType, "content-type": webhookMediaType };
const webhookRequests = ["GET /", "GET /records", "POST /adjustendpoints", "POST /records"];
const configurationRequests = ["domains", "clusterip", "targets", "adopt"].map((path) => `POST /${path}`);
configurationRequests.push("DELETE /domains/dtk.io");
const readingRequests = ["GET /domains", "GET /clusterip", "GET /targets"];

function derivedToken(cluster: string): string {
  const name = parseClusterName(cluster);
  if (name === undefined) throw new Error(cluster);
  return webhookToken(adminToken, name);
}

function bodyOf(request: string): { body?: string } {
  return request.startsWith("POST") ? { body: "null" } : {};
}

describe("without a token", () => {
  test.each(configurationRequests)("%s is for this machine alone", async (request) => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io" });
    for (const from of [guest, neighbour, `::ffff:${guest}`]) {
      expect((await app.call(request, { ...bodyOf(request), from })).status).toBe(403);
    }
    for (const from of [own, `::ffff:${own}`, "192.168.122.1", "::1"]) {
      expect((await app.call(request, { ...bodyOf(request), from })).status).not.toBe(403);
      await app.call("POST /domains", { body: "dtk.io" });
    }
  });

  test.each(readingRequests)("%s is for the allow list", async (request) => {
    await using app = await makeTestApp();
    expect((await app.call(request, { from: guest })).status).toBe(200);
    expect((await app.call(request, { from: neighbour })).status).toBe(403);
  });

  test("the status is for this machine alone", async () => {
    await using app = await makeTestApp();
    expect((await app.call("GET /status", { from: own })).status).toBe(200);
    expect((await app.call("GET /status", { from: guest })).status).toBe(403);
    expect((await app.call("GET /names", { from: own })).status).toBe(200);
    expect((await app.call("GET /names", { from: guest })).status).toBe(403);
    expect((await app.call("GET /adopt", { from: guest })).status).toBe(403);
  });

  test("a neighbour's webhook works once a cluster IP lies in the same network", async () => {
    await using app = await makeTestApp();
    expect((await app.call("GET /records", { headers, from: neighbour })).status).toBe(503);
    await app.call("POST /clusterip", { body: "192.168.0.50" });
    expect((await app.call("GET /records", { headers, from: neighbour })).status).toBe(200);
  });

  test("a caller that is gone already is not let in", async () => {
    await using app = await makeTestApp();
    const response = await app.fetch(new Request("http://localhost/records"), { caller: undefined });
    expect(response.status).toBe(503);
  });
});

describe("with a token", () => {
  test.each(webhookRequests)("%s needs the cluster's token, from every address", async (request) => {
    await using app = await makeTestApp({ adminToken });
    const call = async (authorization: string, from: string, asked = request) => {
      const shown = authorization === "" ? {} : { authorization };
      return (await app.call(asked, { ...bodyOf(asked), headers: { ...headers, ...shown }, from })).status;
    };
    const good = request === "POST /records" ? 400 : 200;
    for (const from of [own, guest, neighbour]) {
      expect(await call("", from)).toBe(401);
      expect(await call("Bearer wrong", from)).toBe(401);
      expect(await call(`Bearer ${derivedToken("kind-a")}`, from)).toBe(401);
      expect(await call(`Bearer ${derivedToken("default")}`, from)).toBe(good);
      expect(await call(`Basic ${Buffer.from(`x:${derivedToken("default")}`).toString("base64")}`, from)).toBe(good);
      expect(await call(`Bearer ${adminToken}`, from)).toBe(good);
    }
    const ofKindA = request.replace(" /", " /clusters/kind-a/");
    expect(await call(`Bearer ${derivedToken("default")}`, guest, ofKindA)).toBe(401);
    expect(await call(`Bearer ${derivedToken("kind-a")}`, guest, ofKindA)).toBe(503);
  });

  test.each([...configurationRequests, ...readingRequests, "GET /status"])(
    "%s needs the admin token",
    async (request) => {
      await using app = await makeTestApp({ adminToken });
      const call = async (authorization: string) => {
        const response = await app.call(request, { ...bodyOf(request), headers: { authorization } });
        return [response.status, response.headers.get("www-authenticate") !== null];
      };
      expect(await call(`Bearer ${derivedToken("default")}`)).toEqual([401, true]);
      expect(await call("Bearer wrong")).toEqual([401, true]);
      expect((await call(`Bearer ${adminToken}`))[0]).not.toBe(401);
    },
  );

  test("an --allow also holds for a caller with a token", async () => {
    await using app = await makeTestApp({ adminToken, allow: [] });
    const shown = { ...headers, authorization: `Bearer ${derivedToken("default")}` };
    expect((await app.call("GET /records", { headers: shown, from: guest })).status).toBe(503);
    expect((await app.call("GET /records", { headers: shown, from: own })).status).toBe(200);
  });

  test("a token opens under any name", async () => {
    await using app = await makeTestApp({ adminToken });
    const shown = { ...headers, host: "desktop.corp.example", authorization: `Bearer ${derivedToken("default")}` };
    expect((await app.call("GET /records", { headers: shown })).status).toBe(200);
  });
});

describe("browsers", () => {
  const signs = [
    { origin: "http://localhost:5000" },
    { origin: "null" },
    { "sec-fetch-site": "none" },
    { "sec-fetch-mode": "cors" },
  ];

  test.each([...webhookRequests, ...configurationRequests])("%s is refused, even of our own page", async (request) => {
    await using app = await makeTestApp();
    for (const sign of signs) {
      expect((await app.call(request, { ...bodyOf(request), headers: { ...headers, ...sign } })).status).toBe(403);
    }
  });

  test.each([...readingRequests, "GET /status", "GET /healthz", "GET /readyz"])(
    "%s is for the same origin",
    async (request) => {
      await using app = await makeTestApp();
      const statusFor = async (sign: Record<string, string>) => (await app.call(request, { headers: sign })).status;
      expect(await statusFor({ origin: "http://localhost:5000", "sec-fetch-site": "same-origin" })).toBe(200);
      expect(await statusFor({ "sec-fetch-site": "none" })).toBe(200);
      expect(await statusFor({ origin: "http://localhost:8080", "sec-fetch-site": "same-site" })).toBe(403);
      expect(await statusFor({ "sec-fetch-site": "cross-site" })).toBe(403);
    },
  );

  test.each([...webhookRequests, ...configurationRequests, ...readingRequests, "GET /status", "GET /healthz"])(
    "%s under a rebound name is refused",
    async (request) => {
      await using app = await makeTestApp();
      const call = async (host: string) => (await app.call(request, { ...bodyOf(request), headers: { host } })).status;
      expect(await call("evil.com:5000")).toBe(webhookRequests.includes(request) ? 503 : 403);
      expect(await call("desktop.example.com:5000")).not.toBeOneOf([403, 503]);
    },
  );
});

describe("health", () => {
  test("allowed callers get a bare word, this machine and the admin token the detail", async () => {
    await using app = await makeTestApp({ adminToken });
    expect(await (await app.call("GET /healthz", { from: guest })).text()).toBe("ok\n");
    expect(await (await app.call("GET /readyz", { from: guest })).text()).toBe("ready\n");
    expect((await app.call("GET /readyz", { from: neighbour })).status).toBe(403);
    expect(await (await app.call("GET /readyz", { from: own })).json()).toMatchObject({ ready: true });
    const authorization = `Bearer ${adminToken}`;
    expect(await (await app.call("GET /readyz", { from: guest, headers: { authorization } })).json()).toHaveProperty(
      "ready",
    );
  });

  test("trouble with the store or a sink shows in readiness, not in health", async () => {
    await using app = await makeTestApp();
    const trouble = { code: "hosts-file-read-only", message: "It is read-only.", hint: "Remount it." };
    app.breakSink(trouble);
    await app.reconciler.reconcile();
    expect((await app.call("GET /readyz", { from: guest })).status).toBe(503);
    expect(await (await app.call("GET /readyz", { from: guest })).text()).toBe("not ready\n");
    expect(await (await app.call("GET /readyz")).json()).toMatchObject({ ready: false, reasons: [trouble] });
    expect((await app.call("GET /healthz")).status).toBe(200);
  });
});

describe("the log", () => {
  const warnings = (app: { lines: readonly { level: string; message: string }[] }): string[] =>
    app.lines.filter(({ level }) => level === "warn").map(({ message }) => message);

  test("names a refused address and the flag once in a while", async () => {
    await using app = await makeTestApp();
    for (let call = 0; call < 5; call++) await app.call("GET /records", { headers, from: neighbour });
    expect(warnings(app)).toEqual([expect.stringContaining(`--allow=${neighbour}`)]);
    app.pass(600_000);
    await app.call("GET /records", { headers, from: neighbour });
    expect(warnings(app)).toHaveLength(2);
  });

  test("names the command for a missing token", async () => {
    await using app = await makeTestApp({ adminToken });
    await app.call("GET /clusters/kind-a/records", { headers });
    expect(warnings(app)).toEqual([expect.stringContaining("hostsfile-server token --cluster kind-a")]);
  });

  test("never holds a token", async () => {
    await using app = await makeTestApp({ adminToken });
    for (const shown of [adminToken, derivedToken("default"), "wrong-secret"]) {
      await app.call("GET /records", { headers: { authorization: `Bearer ${shown}` } });
      await app.call("POST /domains", { headers: { authorization: `Bearer ${shown}` }, body: "dtk.io" });
    }
    const text = JSON.stringify([app.lines, await app.status()]);
    for (const secret of [adminToken, derivedToken("default"), "wrong-secret"]) expect(text).not.toContain(secret);
  });

  test("however many strangers try, few are listed, and a guest's refusal is not hidden by theirs", async () => {
    await using app = await makeTestApp();
    for (let index = 0; index < 1500; index++) {
      await app.call("GET /records", { headers, from: `10.${Math.floor(index / 250)}.0.${index % 250}` });
    }
    expect(warnings(app)).toHaveLength(20);
    await app.call("POST /domains", { from: guest, body: "dtk.io" });
    expect(warnings(app)).toHaveLength(21);
    expect(warnings(app).at(-1)).toContain(guest);
  });
});
