/** Calls a server without pause until told to stop, on kept connections and on fresh ones; prints how often each answer came. */
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const port = Number(process.argv[2]);

/** Milliseconds between the calls of each caller: some come while the server stops, some after their connection lay idle. */
const pauses = [5, 20, 70, 160, 400];

const counts: Record<string, number> = {};
const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());

let names = 0;

/** Adds a name of its own; answers the status code or the error's. */
async function addName(agent: Agent): Promise<string> {
  names += 1;
  const endpoint = { dnsName: `n${names}.dtk.io`, targets: ["x"], recordType: "CNAME" };
  const body = JSON.stringify({ create: [endpoint] });
  const { promise, resolve } = Promise.withResolvers<string>();
  const headers = { "content-length": body.length };
  const call = request({ agent, port, host: "127.0.0.1", method: "POST", path: "/records", headers }, (answer) => {
    answer.on("error", (error) => resolve(`cut: ${error.message}`)).on("end", () => resolve(String(answer.statusCode)));
    answer.resume();
  });
  call.on("error", (error) => resolve(error.message)).end(body);
  return promise;
}

async function keepCalling(pause: number, keepAlive: boolean): Promise<void> {
  const agent = new Agent({ keepAlive, maxSockets: 1 });
  while (!stopping.signal.aborted) {
    const answer = await addName(agent);
    counts[answer] = (counts[answer] ?? 0) + 1;
    await sleep(pause);
  }
  agent.destroy();
}

await Promise.all(pauses.flatMap((pause) => [keepCalling(pause, true), keepCalling(pause, false)]));
process.stdout.write(JSON.stringify(counts));
