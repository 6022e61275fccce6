/** Changes a hosts file without end, for tests that kill it; prints a line after the first change. */
import { openHostsFileSink } from "../../src/sinks/hosts-file/hosts-file-sink.ts";
import { viewOf } from "./hosts-place.ts";

const [path = "", stateFolder = ""] = process.argv.slice(2);
const sink = await openHostsFileSink({ path, stateFolder, what: "updater", onOutsideEdit: () => {} });
for (let count = 0; ; count += 1) {
  const names = Array.from({ length: 1 + ((count * 37) % 300) }, (_, index) => `n${index}.test`);
  const report = await sink.apply(viewOf(names));
  if (!report.ok) throw new Error(report.trouble.message);
  if (count === 0) process.stdout.write("changing\n");
}
