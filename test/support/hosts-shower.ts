/** Shows in a hosts file what it is told, a line of names at a time, and prints each report; for tests that make its system calls fail. */
import { createInterface } from "node:readline";
import { openHostsFileSink } from "../../src/sinks/hosts-file/hosts-file-sink.ts";
import { viewOf } from "./hosts-place.ts";

const [path = "", stateFolder = ""] = process.argv.slice(2);
const sink = await openHostsFileSink({ path, stateFolder, what: "shower", onOutsideEdit: () => {} });
for await (const line of createInterface({ input: process.stdin })) {
  const report = await sink.apply(viewOf(line.split(" ").filter((name) => name !== "")));
  process.stdout.write(`${JSON.stringify(report)}\n`);
}
await sink[Symbol.asyncDispose]();
