/** The seed's REST methods, as curl and the predecessor's install script use them. */
import { describe, expect, test } from "vitest";
import { type TestApp, makeTestApp } from "../../../test/support/test-app.ts";

const form = { "content-type": "application/x-www-form-urlencoded" };
const trouble = { code: "state-unavailable", message: "The disk is full.", hint: "Make room." };

async function text(app: TestApp, request: string): Promise<string> {
  return (await app.call(request)).text();
}

test("a setting of more bytes than any has is refused before it is read", async () => {
  await using app = await makeTestApp();
  const response = await app.call("POST /domains", { body: "a,".repeat(300_000) });
  expect([response.status, await response.text()]).toEqual([413, '{"error":"The body is larger than 0.5 MiB."}\n']);
});

describe("POST /domains", () => {
  test.each([
    ["raw text as curl -d sends it", "dtk.io", ["dtk.io"]],
    ["raw text with a line end", "dtk.io\n", ["dtk.io"]],
    ["a JSON string", '"dtk.io"', ["dtk.io"]],
    ["a JSON array", '["dtk.io", "mydomain.io"]', ["dtk.io", "mydomain.io"]],
    ["a comma list", "dtk.io, mydomain.io,", ["dtk.io", "mydomain.io"]],
    ["a comma list as a JSON string", '"dtk.io,mydomain.io"', ["dtk.io", "mydomain.io"]],
    ["a repeat in one list", "dtk.io,DTK.IO.", ["dtk.io"]],
    ["a name that is not ASCII", "bücher.example", ["xn--bcher-kva.example"]],
  ])("takes %s", async (_, body, expected) => {
    await using app = await makeTestApp();
    const response = await app.call("POST /domains", { body, headers: form });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(await text(app, "GET /domains")).toBe(JSON.stringify(expected));
  });

  test("adds up, and a repeat is one", async () => {
    await using app = await makeTestApp();
    for (const body of ["dtk.io", "mydomain.io", "dtk.io"]) await app.call("POST /domains", { body, headers: form });
    expect(await text(app, "GET /domains")).toBe('["dtk.io","mydomain.io"]');
  });

  test.each(["", '""', "[]", "null", " ", ","])("%j is empty: 400 in the predecessor's words", async (body) => {
    await using app = await makeTestApp();
    const response = await app.call("POST /domains", { body, headers: form });
    expect([response.status, await response.json()]).toEqual([400, { error: "No domain data provided" }]);
  });

  test.each(["a b", "dtk.io=1", "domain=dtk.io", "dtk.io\nevil 1.2.3.4 x", "*.dtk.io", "1.2.3.4", '{"a":1}', "[1]"])(
    "%j is refused with a sentence that names it, and changes nothing",
    async (body) => {
      await using app = await makeTestApp();
      await app.call("POST /domains", { body: "dtk.io" });
      const response = await app.call("POST /domains", { body: body.startsWith("[") ? body : `new.io,${body}` });
      expect(response.status).toBe(400);
      expect(await response.text()).toMatch(/is not a domain name\. Send one such as dtk\.io\./);
      expect(await text(app, "GET /domains")).toBe('["dtk.io"]');
    },
  );

  test("says once in log and status when ExternalDNS must restart to see it", async () => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io" });
    await app.call("GET /", { headers: { accept: "application/external.dns.webhook+json;version=1" } });
    expect((await app.status()).attention.map(({ code }) => code)).not.toContain("restart-external-dns");
    await app.call("POST /domains", { body: "new.io" });
    const command = "kubectl -n external-dns rollout restart deployment external-dns";
    expect(app.lines.filter(({ message }) => message.includes(command))).toHaveLength(1);
    const { attention } = await app.status();
    expect(attention).toContainEqual(
      expect.objectContaining({ code: "restart-external-dns", hint: "Run:", command: command }),
    );
  });
});

describe("DELETE /domains/NAME", () => {
  test("removes one, in any spelling", async () => {
    await using app = await makeTestApp();
    await app.call("POST /domains", { body: "dtk.io,mydomain.io" });
    const response = await app.call("DELETE /domains/DTK.io");
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(await text(app, "GET /domains")).toBe('["mydomain.io"]');
  });

  test("404 names what is not managed", async () => {
    await using app = await makeTestApp();
    const response = await app.call("DELETE /domains/other.io");
    expect([response.status, await response.text()]).toEqual([404, expect.stringContaining("other.io")]);
  });
});

describe("POST /clusterip", () => {
  test.each([
    ["192.168.122.167", "192.168.122.167"],
    ['"192.168.122.167"', "192.168.122.167"],
    ["FD00:0::1", "fd00::1"],
    ["fd00::1,192.168.122.167", "192.168.122.167,fd00::1"],
    ['["192.168.122.167","fd00::1"]', "192.168.122.167,fd00::1"],
  ])("%s is %s", async (body, expected) => {
    await using app = await makeTestApp();
    expect(await text(app, "GET /clusterip")).toBe('""');
    const response = await app.call("POST /clusterip", { body, headers: form });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(await text(app, "GET /clusterip")).toBe(JSON.stringify(expected));
  });

  test("replaces the one before", async () => {
    await using app = await makeTestApp();
    for (const body of ["192.168.122.167,fd00::1", "192.168.122.168"]) await app.call("POST /clusterip", { body });
    expect(await text(app, "GET /clusterip")).toBe('"192.168.122.168"');
  });

  test.each(["", '""', "[]", "null"])("%j is empty: 400 in the predecessor's words", async (body) => {
    await using app = await makeTestApp();
    const response = await app.call("POST /clusterip", { body });
    expect([response.status, await response.json()]).toEqual([400, { error: "No cluster ip data provided" }]);
  });

  test.each([
    "foo",
    "1.2.3",
    "1.2.3.4,5.6.7.8",
    "1.2.3.4,foo",
    "0.0.0.0",
    "224.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "1.2.3.4 evil",
  ])("%j is refused with a sentence that names it, and changes nothing", async (body) => {
    await using app = await makeTestApp();
    await app.call("POST /clusterip", { body: "192.168.122.167" });
    const response = await app.call("POST /clusterip", { body });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(body.split(",").at(-1));
    expect(await text(app, "GET /clusterip")).toBe('"192.168.122.167"');
  });
});

test("the target mode is read and set", async () => {
  await using app = await makeTestApp();
  expect(await text(app, "GET /targets")).toBe('"cluster"');
  expect((await app.call("POST /targets", { body: "record" })).status).toBe(200);
  expect(await text(app, "GET /targets")).toBe('"record"');
  const response = await app.call("POST /targets", { body: "sideways" });
  expect([response.status, await response.text()]).toEqual([400, expect.stringContaining("sideways")]);
});

describe("/clusters/NAME", () => {
  test("comes into being by configuration, has settings of its own, and can be forgotten", async () => {
    await using app = await makeTestApp();
    expect((await app.call("GET /clusters/kind-a/domains")).status).toBe(404);
    expect((await app.call("POST /clusters/kind-a/domains/", { body: "dtk.io" })).status).toBe(200);
    await app.call("POST /clusters/kind-a/clusterip", { body: "172.18.0.2" });
    await app.call("POST /clusters/kind-a/targets", { body: "record" });
    expect((await app.status()).clusters).toMatchObject([
      { name: "default", domains: [], clusterIPs: [] },
      { name: "kind-a", domains: ["dtk.io"], clusterIPs: ["172.18.0.2"], targets: "record" },
    ]);
    expect(await text(app, "DELETE /clusters/kind-a")).toBe("");
    expect((await app.status()).clusters.map(({ name }) => name)).toEqual(["default"]);
    expect((await app.call("DELETE /clusters/kind-a")).status).toBe(404);
  });

  test.each(["Kind", "a.b", "-a", "a".repeat(64), "a%20b"])("%s cannot name one", async (name) => {
    await using app = await makeTestApp();
    expect((await app.call(`POST /clusters/${name}/domains`, { body: "dtk.io" })).status).toBe(400);
    expect((await app.status()).clusters).toHaveLength(1);
  });
});

test.each(["GET /nothing", "PUT /domains", "DELETE /records", "OPTIONS /domains", "POST /status", "GET /clusters"])(
  "%s is 404 in the predecessor's words, without a CORS header",
  async (request) => {
    await using app = await makeTestApp();
    const response = await app.call(request);
    expect([response.status, await response.json()]).toEqual([404, { error: "Not Found" }]);
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  },
);

test.each([
  ["GET /domains", undefined],
  ["GET /clusterip", undefined],
  ["GET /targets", undefined],
  ["POST /domains", "dtk.io"],
  ["POST /clusterip", "192.168.122.167"],
  ["POST /targets", "record"],
  ["DELETE /domains/dtk.io", undefined],
  ["DELETE /clusters/kind-a", undefined],
])("%s while the store cannot be used is 503 with the trouble", async (request, body) => {
  await using app = await makeTestApp();
  app.breakStore(trouble);
  const response = await app.call(request, body === undefined ? {} : { body });
  expect([response.status, await response.json()]).toEqual([
    503,
    { error: trouble.message, hint: trouble.hint, code: trouble.code },
  ]);
});

test("a setting that is stored counts as done, even while a sink lags behind", async () => {
  await using app = await makeTestApp();
  app.breakSink(trouble);
  expect((await app.call("POST /domains", { body: "dtk.io" })).status).toBe(200);
  expect((await app.status()).attention).toContainEqual(expect.objectContaining(trouble));
});
