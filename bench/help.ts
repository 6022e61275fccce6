/** How long it takes until help is shown, against a Node that does nothing. */
import { join } from "node:path";
import { timeOf } from "./program.ts";
import { type Row, milliseconds } from "./row.ts";
import { interleave } from "./sample.ts";

const root = join(import.meta.dirname, "..");

/** `--help` of both programs against a Node that does nothing. */
export async function measureHelp(): Promise<readonly Row[]> {
  const { node, dtk, server } = await interleave(25, {
    node: async () => timeOf(process.execPath, ["-e", "0"]),
    dtk: async () => timeOf(join(root, "dtk"), ["--help"]),
    server: async () => timeOf(join(root, "hostsfile-server"), ["--help"]),
  });
  return [beyondNode("dtk --help", dtk, node, 100), beyondNode("hostsfile-server --help", server, node, 100)];
}

/** A row whose goal is a Node that does nothing, and some milliseconds. */
function beyondNode(what: string, ours: number, node: number, allowance: number): Row {
  return {
    what,
    ours: milliseconds(ours),
    reference: `node -e 0: ${milliseconds(node)}`,
    ratio: ours / node,
    goal: `at most ${allowance} ms more`,
    met: ours <= node + allowance,
  };
}
