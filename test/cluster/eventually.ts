/** Waits for what becomes true some time later, and for free ports. */
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

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
  const { timeoutMs = 60_000, intervalMs = 50 } = options;
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

/** A loopback port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
