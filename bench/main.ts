/** `npm run bench`: measures everything that docs/performance.md says; `--write` writes it there, `--with-cluster` adds ExternalDNS. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { measureAddedName } from "./added-name.ts";
import { measureBulk } from "./bulk.ts";
import { openDisk } from "./disk.ts";
import { measureListRecords } from "./list-records.ts";
import { measureMemory } from "./memory.ts";
import { renderPage, renderTable } from "./report.ts";
import type { Row } from "./row.ts";
import { measureStart } from "./start.ts";

using disk = openDisk();
const rows: Row[] = [];
const only = process.argv.find((word) => word.startsWith("--only="))?.slice("--only=".length);
const groups = {
  start: measureStart,
  added: measureAddedName,
  list: measureListRecords,
  bulk: measureBulk,
  memory: measureMemory,
};
for (const [name, measure] of Object.entries(groups)) {
  if (only === undefined || only === name) rows.push(...(await measure(disk)));
}
process.stdout.write(`On ${disk.fileSystem}, Node ${process.version}.\n\n${renderTable(rows)}\n`);
if (process.argv.includes("--write")) {
  writeFileSync(join(import.meta.dirname, "..", "docs", "performance.md"), renderPage(rows, disk.fileSystem));
}
