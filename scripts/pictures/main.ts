/** `npm run screenshots`: takes every picture of the documentation in a real browser, the same each time from the same source. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openChromium } from "../../test/support/chromium.ts";
import { doctorText } from "./doctor.ts";
import { takePages } from "./page.ts";
import { statusText } from "./status.ts";
import { renderTerminal } from "./terminal.ts";

const folder = join(import.meta.dirname, "..", "..", "docs", "images");
const terminals = { status: statusText(), doctor: doctorText() };

await mkdir(folder, { recursive: true });
const browser = await openChromium("MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
await takePages(browser, folder);
for (const [name, text] of Object.entries(terminals)) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.setContent(renderTerminal(text));
  await page.locator("body").screenshot({ path: join(folder, `${name}.png`) });
}
await browser.close();
