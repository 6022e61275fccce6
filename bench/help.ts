/** How long it takes until help is shown, against a Node that does nothing. */
import { join } from "node:path";
import { timeOf } from "./program.ts";
import { type Row, beyondNodeRow } from "./row.ts";
import { interleave } from "./sample.ts";

const root = join(import.meta.dirname, "..");

/** `--help` of both programs against a Node that does nothing. */
export async function measureHelp(): Promise<readonly Row[]> {
  const { node, dtk, server } = await interleave(25, {
    node: async () => timeOf(process.execPath, ["-e", "0"]),
    dtk: async () => timeOf(join(root, "dtk"), ["--help"]),
    server: async () => timeOf(join(root, "hostsfile-server"), ["--help"]),
  });
  return [
    beyondNodeRow({ what: "dtk --help", ours: dtk, node, allowance: 100 }),
    beyondNodeRow({ what: "hostsfile-server --help", ours: server, node, allowance: 100 }),
  ];
}
