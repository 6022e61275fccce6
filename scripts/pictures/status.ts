/** What `status` prints for the protocol's example, as a terminal shows it. */
import { styleText } from "node:util";
import { renderStatus } from "../../src/cli/server/status-text.ts";
import { type Terminal, formats } from "../../src/cli/terminal.ts";
import { statusSchema } from "../../src/contract/status.ts";
import { fencesOf, readPage } from "../../test/support/markdown.ts";
import { columns, typed } from "./terminal.ts";

const terminal: Terminal = {
  width: columns,
  paint: (style, text) => styleText(formats[style], text, { validateStream: false }),
};

/** The text with its colours. */
export function statusText(): string {
  const example = fencesOf(readPage("docs/protocol.md")).find(({ language }) => language === "json");
  const status = statusSchema.parse(JSON.parse(example?.code ?? ""));
  const now = Date.parse(status.clusters[0]?.lastHeard ?? "") + 20_000;
  return typed("hostsfile-server status") + renderStatus(status, { now, terminal });
}
