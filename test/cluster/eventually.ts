/** Waits for what becomes true some time later, and for free ports. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode } from "../../src/base/errors.ts";

/**
 * Repeats an assertion until it holds.
 *
 * @param assertion - throws while it does not hold
 * @param options - how long to wait for it and how long between tries, in ms
 * @returns what the assertion returned
 * @throws what the assertion threw last
 */
export async function eventually<Value>(
  assertion: () => Value | Promise<Value>,
  options: { readonly timeoutMs?: number; readonly intervalMs?: number } = {},
): Promise<Value> {
  const { timeoutMs = 180_000, intervalMs = 50 } = options;
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await assertion();
    } catch (error) {
      if (performance.now() > end) throw error;
      await sleep(intervalMs);
    }
  }
}

/**
 * Below those that the kernel gives to connections (`ip_local_port_range` in ip(7)). A connection of another test could
 * take one of these before a server does, or while that server is away.
 */
const [firstPort, lastPort] = [10_240, 32_767];

/** A port that nobody listens on, and that no connection takes. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(firstPort, lastPort + 1);
    const server = createServer().listen(port);
    try {
      await once(server, "listening");
      return port;
    } catch (error) {
      if (errorCode(error) !== "EADDRINUSE") throw error;
    } finally {
      await server[Symbol.asyncDispose]();
    }
  }
}
