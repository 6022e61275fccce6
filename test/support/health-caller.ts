/**
 * Asks a server for its health, again and again until told to stop, in a process of its own, which is not busy when the test
 * is. Prints a line with the first answer, and one with how often each came and the milliseconds that the slowest took.
 */
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const port = Number(process.argv[2]);

/** Milliseconds between an answer and the next question. */
const pause = 20;

const counts: Record<string, number> = {};
let slowest = 0;
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());

async function ask(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const call = request({ port, host: "127.0.0.1", path: "/healthz", agent: false }, (answer) => {
    answer.on("error", (error) => resolve(`cut: ${error.message}`)).on("end", () => resolve(String(answer.statusCode)));
    answer.resume();
  });
  call.on("error", (error) => resolve(error.message)).end();
  return promise;
}

while (!stopping.signal.aborted) {
  const start = performance.now();
  const answer = await ask();
  if (slowest === 0) process.stdout.write(`${answer}\n`);
  slowest = Math.max(slowest, performance.now() - start);
  counts[answer] = (counts[answer] ?? 0) + 1;
  await sleep(pause);
}
process.stdout.write(JSON.stringify({ counts, slowest: Math.round(slowest) }));
