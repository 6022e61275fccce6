/** The end of a server whose port another process keeps; `server.test.ts` has the other ends. */
import { once } from "node:events";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { readAll, readUntil, send } from "../../test/support/raw-client.ts";
import { Connections, connectionLimits } from "./connections.ts";
import { drain } from "./drain.ts";

const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const times = { quiet: 100, portCloses: 2000, patience: 2000, grace: 5000 };

test("a request is answered that came while the process did not get to run", async () => {
  const server = createServer();
  const connections = new Connections(server, {
    answer: (_, response) => response.end("done"),
    judge: () => ({ origin: "a", place: "own" }),
    limits: connectionLimits(),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port }: Partial<AddressInfo> = Object(server.address());
  const kept = connect({ port: port ?? 0, host: "127.0.0.1" });
  await send(kept, request);
  await readUntil(kept, "done");
  const drained = drain({ server, connections, times, isHeld: true, giveUpBodies: () => {} });
  await turn();
  kept.write(request);
  // Nothing else runs in this thread meanwhile, as on a machine that is too busy for it.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4 * times.quiet);
  expect(await readAll(kept)).toMatch(/^HTTP\/1\.1 200 OK\r\n[^]*done$/);
  await drained;
});
