/** Takes the picture of `status` for the documentation: the protocol's example as a terminal of 80 columns shows it, the same each time. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { styleText } from "node:util";
import { renderStatus } from "../src/cli/status-text.ts";
import { type Terminal, formats } from "../src/cli/terminal.ts";
import { statusSchema } from "../src/control/status.ts";
import { installChromium, openChromium } from "../test/support/chromium.ts";
import { fencesOf, readPage } from "../test/support/markdown.ts";
import { renderTerminal } from "./terminal-picture.ts";

const folder = join(import.meta.dirname, "..", "docs", "images");
const columns = 80;
process.env["TZ"] = "UTC";

const example = fencesOf(readPage("docs/protocol.md")).find(({ language }) => language === "json");
const status = statusSchema.parse(JSON.parse(example?.code ?? ""));
const terminal: Terminal = {
  width: columns,
  paint: (style, text) => styleText(formats[style], text, { validateStream: false }),
};
const now = Date.parse(status.clusters[0]?.lastHeard ?? "") + 20_000;
const text = `\u001B[2m$\u001B[22m hostsfile-server status\n${renderStatus(status, { now, terminal })}`;

await installChromium();
await mkdir(folder, { recursive: true });
const browser = await openChromium("MAP * ~NOTFOUND");
const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
await page.setContent(renderTerminal(text, columns));
await page.locator("body").screenshot({ path: join(folder, "status.png") });
await browser.close();
