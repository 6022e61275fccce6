/** Is the managed block in the hosts file once, well-formed, and as the server wants it? */
import type { Status } from "../../contract/status.ts";
import { type Block, addressesIn, readBlock } from "../looks/block.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { restartServer } from "../looks/service.ts";
import { lookAtHostsFile } from "../looks/hosts-file.ts";
import { platform } from "../../platform/current.ts";
import { renderCommand } from "../../base/shell.ts";
import { hostsFileIdentity } from "../../sinks/hosts-file/identity.ts";

export const hostsFileBlock: Check = {
  id: "hosts-file-block",
  title: "The managed block is in order",
  needs: ["hosts-file-there"],
  run: async ({ once, status }) => {
    const { path, text } = await once(lookAtHostsFile);
    if (text === undefined) return [ok(`This user may not read ${path}; root sees more.`)];
    const known = await status().catch(() => undefined);
    // Before its first write the server has nothing to be held to.
    const isKept = known?.server.hostsFile === path && !known.server.dryRun && known.sinks.length > 0;
    const kept = isKept ? known : undefined;
    return [judgeBlock(path, readBlock(text), kept)];
  },
};

/**
 * Judges the block.
 *
 * @param status - of the server that keeps the file; undefined when none does
 */
export function judgeBlock(
  path: string,
  block: Block,
  status: Pick<Status, "names" | "attention"> | undefined,
): Finding {
  if (block.kind === "damaged") return damaged(path, block.markers, status);
  // What another sink alone shows has no line. A server of version 0.1.0 does not say which sinks show a name.
  const wanted = (status?.names.list ?? []).filter(({ sinks }) => sinks?.includes(hostsFileIdentity.id) ?? true);
  if (block.kind === "none") {
    if (wanted.length === 0) return ok("There is no managed block, as there is nothing to show.");
    return stale(path, `has no managed block, though ${wanted.length} names are to be shown`);
  }
  if (!block.isAsWritten) {
    const message = "was changed by hand or by another program inside the managed block";
    return status === undefined ? edited(path, message) : stale(path, message);
  }
  const missing = wanted.find(({ name, addresses }) => addressesIn(block, name).join() !== addresses.join());
  if (missing !== undefined) {
    return stale(path, `has no line, or another one, for ${missing.name} (${missing.addresses.join(", ")})`);
  }
  return ok(
    `The managed block is in order, with ${block.lines.length} ${block.lines.length === 1 ? "line" : "lines"}.`,
  );
}

/** The server says itself what it cannot decide, with the lines and the command. */
function damaged(path: string, markers: readonly number[], status: Pick<Status, "attention"> | undefined): Finding {
  const own = status?.attention.find(({ code }) => code === "hosts-file-block-undecidable");
  if (own !== undefined) return { grade: "problem", ...own };
  return {
    grade: "problem",
    code: "hosts-file-markers-wrong",
    message: `${path}: the markers of the managed block are damaged (lines ${markers.join(", ")}).`,
    hint: "The server puts them in order when it runs:",
    command: restartServer,
  };
}

function stale(path: string, what: string): Finding {
  return {
    grade: "problem",
    code: "hosts-file-block-stale",
    message: `${path} ${what}.`,
    hint: "The server puts it right within a minute, or at its start:",
    command: restartServer,
  };
}

function edited(path: string, what: string): Finding {
  return {
    grade: "warning",
    code: "hosts-file-block-edited",
    message: `${path} ${what}.`,
    hint: "The server puts it right when it runs:",
    command: platform.commands.asRoot(renderCommand(platform.services.commands.start)),
  };
}
