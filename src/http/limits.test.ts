/** What callers can make the server hold has an end, and nobody pays for another's greed. */
import { expect, test } from "vitest";
import { guest, makeTestApp, own, webhookMediaType } from "../../test/support/test-app.ts";

const headers = { "content-type": webhookMediaType };
const limits = { body: 1000, allBodies: 1500, requestsPerAddress: 3 };

/** A body that comes as far as the test lets it. */
function slowBody(): {
  readonly stream: ReadableStream;
  readonly send: (bytes: number) => void;
  readonly end: () => void;
} {
  let controller: ReadableStreamDefaultController | undefined;
  const stream = new ReadableStream({ start: (started) => void (controller = started) });
  const send = (bytes: number): void => controller?.enqueue(new Uint8Array(bytes).fill(0x20));
  return { stream, send, end: () => controller?.close() };
}

test.each([
  [1000, 200],
  [1001, 413],
])("%i of 1000 bytes: %i, declared or not", async (bytes, status) => {
  await using app = await makeTestApp({ limits });
  const body = "[]".padEnd(bytes);
  const declared = { ...headers, "content-length": String(bytes) };
  expect((await app.call("POST /adjustendpoints", { headers: declared, body })).status).toBe(status);
  expect((await app.call("POST /adjustendpoints", { headers, body })).status).toBe(status);
});

test("the default takes 32 MiB and no byte more", async () => {
  await using app = await makeTestApp();
  const most = 32 * 1024 * 1024;
  expect((await app.call("POST /adjustendpoints", { headers, body: "[]".padEnd(most) })).status).toBe(200);
  expect((await app.call("POST /adjustendpoints", { headers, body: "[]".padEnd(most + 1) })).status).toBe(413);
});

test("requests of one address are bounded, slow ones free their place, and others are served meanwhile", async () => {
  await using app = await makeTestApp({ limits });
  const post = (stream: ReadableStream) =>
    app.fetch(
      new Request("http://localhost/adjustendpoints", {
        method: "POST",
        headers: { host: "localhost" },
        body: stream,
        duplex: "half",
      }),
      {
        caller: guest,
      },
    );
  const slow = [slowBody(), slowBody(), slowBody()];
  const answers = slow.map(({ stream }) => post(stream));
  const refused = await app.call("GET /records", { from: guest });
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
  expect((await app.call("GET /records", { from: own })).status).toBe(200);
  for (const { send, end } of slow) {
    send(1);
    end();
  }
  for (const answer of answers) expect((await answer).status).toBe(400);
  expect((await app.call("GET /records", { from: guest })).status).toBe(200);
});

test("bytes in flight are bounded as they come: the largest unfinished body goes, and the others get through", async () => {
  await using app = await makeTestApp({ limits });
  const slow = slowBody();
  const request = new Request("http://localhost/adjustendpoints", {
    method: "POST",
    headers: { host: "localhost", "content-length": "900" },
    body: slow.stream,
    duplex: "half",
  });
  const answer = app.fetch(request, { caller: guest });
  const post = () => app.call("POST /adjustendpoints", { headers, body: "[]".padEnd(700) });
  expect((await post()).status).toBe(200);
  slow.send(900);
  await new Promise((resolve) => void setImmediate(resolve));
  expect((await post()).status).toBe(200);
  const refused = await answer;
  expect([refused.status, refused.headers.get("retry-after"), refused.headers.get("connection")]).toEqual([
    503,
    "1",
    "close",
  ]);
  expect((await post()).status).toBe(200);
});

test("an address with too many connections gets 503", async () => {
  await using app = await makeTestApp();
  const response = await app.fetch(new Request("http://localhost/records"), { caller: own, overloaded: true });
  expect(response.status).toBe(503);
});
