/**
 * `npm run bench`: measures everything that docs/performance.md says. `--write` writes it there, `--with-go` adds an
 * outside client, `--with-cluster` adds ExternalDNS and the watcher.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureAddedName } from "./added-name.ts";
import { measureBulk } from "./bulk.ts";
import { measureDNSLatency } from "./dns-latency.ts";
import { measureDNS } from "./dns.ts";
import { measureHelp } from "./help.ts";
import { openDisk } from "./disk.ts";
import { measureListRecords } from "./list-records.ts";
import { measureMemory } from "./memory.ts";
import { renderPage, renderTable } from "./report.ts";
import type { Row } from "./row.ts";
import { measureShares } from "./shares.ts";
import { measureExecutable, measureStart } from "./start.ts";
import { measureStatus } from "./status.ts";

const { values: flags } = parseArgs({
  options: {
    write: { type: "boolean" },
    "with-cluster": { type: "boolean" },
    "with-go": { type: "boolean" },
    only: { type: "string" },
  },
});
const measurements = {
  added: measureAddedName,
  shares: measureShares,
  list: measureListRecords,
  bulk: measureBulk,
  start: measureStart,
  executable: measureExecutable,
  help: measureHelp,
  status: measureStatus,
  memory: measureMemory,
  dns: measureDNS,
  "dns-latency": measureDNSLatency,
};

using disk = openDisk();
const isWanted = (name: string): boolean => flags.only === undefined || flags.only === name;
const rows: Row[] = [];
for (const [name, measure] of Object.entries(measurements)) {
  if (isWanted(name)) rows.push(...(await measure(disk)));
}
if (flags["with-go"] === true && isWanted("outside")) {
  const { measureOutside } = await import("./outside.ts");
  rows.push(...(await measureOutside(disk)));
}
if (flags["with-cluster"] === true) {
  const { clusterMeasurements } = await import("./cluster.ts");
  for (const [name, measure] of Object.entries(clusterMeasurements)) {
    if (isWanted(name)) rows.push(...(await measure()));
  }
} else {
  process.stderr.write(
    "What needs a cluster is left out; to measure it, run as root: npm run bench -- --with-cluster\n",
  );
}
process.stdout.write(`On ${disk.fileSystem}, Node ${process.version}.\n\n${renderTable(rows)}\n`);
if (flags.write === true) {
  const page = renderPage({ rows, fileSystem: disk.fileSystem });
  writeFileSync(join(import.meta.dirname, "..", "docs", "performance.md"), page);
}
