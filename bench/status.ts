/** How long it takes until the status is shown, against a Node that does nothing. */
import { join } from "node:path";
import type { Disk } from "./disk.ts";
import { timeOf } from "./program.ts";
import { type Row, beyondNodeRow } from "./row.ts";
import { interleave } from "./sample.ts";
import { openServer } from "./server.ts";

const launcher = join(import.meta.dirname, "..", "hostsfile-server");

/** `status` of a server that shows 1,000 names, as text and as JSON. */
export async function measureStatus(disk: Disk): Promise<readonly Row[]> {
  await using server = await openServer(join(disk.path, "status"), 1000);
  const command = ["status", `--port=${server.port}`];
  const { node, text, json } = await interleave(25, {
    node: async () => timeOf(process.execPath, ["-e", "0"]),
    text: async () => timeOf(launcher, command),
    json: async () => timeOf(launcher, [...command, "--json"]),
  });
  return [
    beyondNodeRow({ what: "hostsfile-server status, of 1,000 names", ours: text, node, allowance: 150 }),
    beyondNodeRow({ what: "the same with --json", ours: json, node, allowance: 150 }),
  ];
}
