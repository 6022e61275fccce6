/** Which callers see the page and its events, and how a link that works once becomes a cookie that only reads. */
import { describe, expect, test } from "vitest";
import { guest, makeTestApp, neighbour, own, type TestApp } from "../../../test/support/test-app.ts";

const adminToken = "admin-token";
const authorization = { authorization: `Bearer ${adminToken}` };
const accept = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const typed = { ...accept, "sec-fetch-site": "none", "sec-fetch-mode": "navigate" };

/** The page's text, for what a reader finds in it. */
async function textOf(response: Response): Promise<string> {
  return (await response.text())
    .replaceAll(/<(style|script)>[\s\S]*?<\/\1>|<[^>]*>/g, " ")
    .replaceAll("&#39;", "'")
    .replaceAll(/\s+/g, " ");
}

describe("GET / for a browser", () => {
  test("is the page, for this machine", async () => {
    await using app = await makeTestApp();
    const response = await app.call("GET /", { headers: typed });
    expect(response.status).toBe(200);
    expect(await textOf(response)).toContain("0 names shown. All is well.");
  });

  test.each([
    ["a guest", { from: guest }, 403, "without a token only this machine itself may"],
    ["a neighbour", { from: neighbour }, 403, "the address is not in the allow list"],
    ["a link on another site", { headers: { ...typed, "sec-fetch-site": "cross-site" } }, 403, "a web page sent"],
    ["a link on another port", { headers: { ...typed, "sec-fetch-site": "same-site" } }, 403, "a web page sent"],
    ["DNS rebinding", { headers: { ...typed, host: "evil.com:5000" } }, 403, "this is not a name of this machine"],
  ])("is a page that says why for %s", async (_, options, status, sentence) => {
    await using app = await makeTestApp();
    const response = await app.call("GET /", { headers: typed, ...options });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("text/html; charset=UTF-8");
    expect(await textOf(response)).toContain(sentence);
  });

  test("carries headers that let nothing in but itself, whatever the answer", async () => {
    await using app = await makeTestApp();
    for (const from of [own, guest]) {
      const { headers } = await app.call("GET /", { headers: typed, from });
      const policy = headers.get("content-security-policy")?.split("; ") ?? [];
      expect(policy).toEqual([
        "default-src 'none'",
        expect.stringMatching(/^style-src 'sha256-[\w+/=]{44}'$/),
        expect.stringMatching(/^script-src 'sha256-[\w+/=]{44}'$/),
        "img-src data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
      ]);
      expect(Object.fromEntries(headers)).toMatchObject({
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
      });
    }
  });

  test("without text/html it is still ExternalDNS's", async () => {
    await using app = await makeTestApp();
    for (const value of ["*/*", "application/json"]) {
      const response = await app.call("GET /", { headers: { accept: value } });
      expect(await response.text()).toBe("{}");
    }
  });

  test("lists the names in which the filter is found: in name, cluster or resource", async () => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io" });
    await app.call("POST /clusterip", { body: "192.0.2.1" });
    const create = ["foo", "bar", "baz"].map((label) => ({
      dnsName: `${label}.dtk.io`,
      recordType: "CNAME",
      targets: ["x"],
      labels: { resource: `ingress/${label === "foo" ? "Shop" : "default"}/test` },
    }));
    await app.call("POST /records", { body: JSON.stringify({ create }) });
    const namesFor = async (filter: string): Promise<string[]> => {
      const page = await (await app.call(`GET /?filter=${filter}`, { headers: typed })).text();
      return [...page.matchAll(/href="http:\/\/([^"]*)\/"/g)].map(([, name = ""]) => name);
    };
    expect(await namesFor("")).toEqual(["bar.dtk.io", "baz.dtk.io", "foo.dtk.io"]);
    expect(await namesFor("BA")).toEqual(["bar.dtk.io", "baz.dtk.io"]);
    expect(await namesFor("%20shop%20")).toEqual(["foo.dtk.io"]);
    expect(await namesFor("default")).toHaveLength(3);
    const none = await app.call("GET /?filter=%3Cscript%3E", { headers: typed });
    expect(await none.text()).toContain("No name of 3 names has “&lt;script&gt;” in it.");
  });

  test("names the revision that the event stream has as its id", async () => {
    await using app = await makeTestApp();
    for (const path of ["/", "/?filter=foo"]) {
      const page = await (await app.call(`GET ${path}`, { headers: typed })).text();
      const reader = (await app.call("GET /events")).body?.getReader();
      const event = new TextDecoder().decode((await reader?.read())?.value);
      await reader?.cancel();
      expect(/data-revision="([^"]*)"/.exec(page)?.[1]).toBe(/^id: (.*)$/m.exec(event)?.[1]);
    }
  });

  test("says what is wrong even when the store cannot be used", async () => {
    await using app = await makeTestApp();
    app.breakStore({
      code: "state-damaged",
      message: "It is damaged.",
      hint: "Run:",
      command: "hostsfile-server recover",
    });
    await app.call("GET /records");
    const response = await app.call("GET /", { headers: typed });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("Run: <code>hostsfile-server recover</code>");
  });
});

describe("GET /events", () => {
  test.each([
    [{ from: guest }, 403],
    [{ headers: { "sec-fetch-site": "cross-site" } }, 403],
    [{ headers: { "sec-fetch-site": "same-site" } }, 403],
    [{ headers: { origin: "http://localhost:8080" } }, 403],
    [{ headers: { host: "evil.com" } }, 403],
  ])("is refused for %j", async (options, status) => {
    await using app = await makeTestApp();
    expect((await app.call("GET /events", options)).status).toBe(status);
  });
});

/** What the cookie jar of a browser would send after this answer. */
function cookieOf(response: Response): string {
  return response.headers.get("set-cookie")?.split(";")[0] ?? "";
}

async function makeLink(app: TestApp): Promise<string> {
  const answer = await (await app.call("POST /open", { headers: authorization })).text();
  return /"path":"([^"]*)"/.exec(answer)?.[1] ?? "";
}

async function openSession(app: TestApp): Promise<string> {
  return cookieOf(await app.call(`GET ${await makeLink(app)}`, { headers: typed }));
}

describe("with a token", () => {
  test("the page says what to type, and an old cookie is none", async () => {
    await using app = await makeTestApp({ adminToken });
    for (const cookie of [
      "",
      "hostsfile-server-5000=",
      "hostsfile-server-5000=x",
      `hostsfile-server-5000=${adminToken}`,
    ]) {
      const response = await app.call("GET /", { headers: { ...typed, cookie } });
      expect(response.status).toBe(401);
      expect(await textOf(response)).toContain("To open the page, run on the desktop: hostsfile-server open");
    }
  });

  test("a link leads to a cookie that scripts cannot read and other sites cannot send, and to the page", async () => {
    await using app = await makeTestApp({ adminToken });
    const answer = await app.call("POST /open", { headers: authorization });
    expect(await answer.json()).toEqual({ path: expect.stringMatching(/^\/open\/[\w-]{43}$/), seconds: 60 });
    const response = await app.call(`GET ${await makeLink(app)}`, { headers: typed });
    expect(response.status).toBe(303);
    expect(response.headers.get("location")).toBe("/");
    expect(response.headers.get("set-cookie")).toMatch(
      /^hostsfile-server-5000=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    expect((await app.call("GET /", { headers: { ...typed, cookie: cookieOf(response) } })).status).toBe(200);
  });

  test("the link works once, and for a minute", async () => {
    await using app = await makeTestApp({ adminToken });
    const [first, second] = [await makeLink(app), await makeLink(app)];
    expect((await app.call(`GET ${first}`, { headers: typed })).status).toBe(303);
    app.pass(60_000);
    for (const link of [first, second, "/open/nonsense"]) {
      const response = await app.call(`GET ${link}`, { headers: typed });
      expect([response.status, response.headers.get("set-cookie")]).toEqual([401, null]);
      expect(await textOf(response)).toContain("This link was used before");
    }
  });

  test("the link is made with the admin token alone, never by a browser, never by a session", async () => {
    await using app = await makeTestApp({ adminToken });
    const cookie = await openSession(app);
    for (const headers of [{}, { cookie }, { authorization: "Bearer wrong" }]) {
      expect((await app.call("POST /open", { headers })).status).toBe(401);
    }
    for (const headers of [{ origin: "http://localhost:5000" }, { "sec-fetch-site": "same-origin" }]) {
      expect((await app.call("POST /open", { headers: { ...authorization, ...headers, cookie } })).status).toBe(403);
    }
  });

  test("the cookie opens what is read of the status, and nothing else", async () => {
    await using app = await makeTestApp({ adminToken });
    const headers = { cookie: await openSession(app) };
    for (const path of ["/status", "/events", "/metrics"]) {
      expect([path, (await app.call(`GET ${path}`, { headers })).status]).toEqual([path, 200]);
    }
    for (const request of [
      "GET /",
      "GET /records",
      "GET /domains",
      "GET /clusterip",
      "GET /targets",
      "GET /clusters/a",
    ]) {
      expect([request, (await app.call(request, { headers })).status]).toEqual([request, 401]);
    }
    for (const request of [
      "POST /records",
      "POST /adjustendpoints",
      "POST /domains",
      "POST /clusterip",
      "POST /open",
    ]) {
      expect([request, (await app.call(request, { headers, body: "x" })).status]).toEqual([request, 401]);
    }
    for (const request of ["DELETE /domains/dtk.io", "DELETE /clusters/default"]) {
      expect([request, (await app.call(request, { headers })).status]).toEqual([request, 401]);
    }
  });

  test("the cookie counts on this machine alone, under its own name, and not for pages elsewhere", async () => {
    await using app = await makeTestApp({ adminToken });
    const cookie = await openSession(app);
    const read = async (options: Parameters<TestApp["call"]>[1]): Promise<number> =>
      (await app.call("GET /status", options)).status;
    expect(await read({ headers: { cookie } })).toBe(200);
    for (const from of [guest, neighbour]) expect(await read({ headers: { cookie }, from })).toBe(401);
    expect(await read({ headers: { cookie, host: "evil.com" } })).toBe(403);
    expect(await read({ headers: { cookie, "sec-fetch-site": "same-site" } })).toBe(403);
    expect(await read({ headers: { cookie, "sec-fetch-site": "cross-site" } })).toBe(403);
    expect(await read({ headers: { cookie: cookie.replace("5000", "5001") } })).toBe(401);
  });

  test("the session ends after a working day", async () => {
    await using app = await makeTestApp({ adminToken });
    const cookie = await openSession(app);
    app.pass(12 * 3_600_000 - 1);
    expect((await app.call("GET /", { headers: { ...typed, cookie } })).status).toBe(200);
    app.pass(1);
    expect((await app.call("GET /", { headers: { ...typed, cookie } })).status).toBe(401);
  });

  test("a link is opened from nowhere else, and a guest who has one learns nothing", async () => {
    await using app = await makeTestApp({ adminToken });
    for (const more of [{ "sec-fetch-site": "cross-site" }, { host: "evil.com" }]) {
      const link = await makeLink(app);
      expect((await app.call(`GET ${link}`, { headers: { ...typed, ...more } })).status).toBe(403);
      expect((await app.call(`GET ${link}`, { headers: typed })).status).toBe(401);
    }
    const response = await app.call(`GET ${await makeLink(app)}`, { headers: typed, from: guest });
    expect((await app.call("GET /", { headers: { ...typed, cookie: cookieOf(response) }, from: guest })).status).toBe(
      401,
    );
  });
});

test("without a token there is no link, since none is needed", async () => {
  await using app = await makeTestApp();
  expect(await (await app.call("POST /open")).json()).toEqual({ path: "/" });
  expect((await app.call("POST /open", { from: guest })).status).toBe(403);
});
