/** A real browser for tests: Debian's Chromium without a screen, driven by playwright-core. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executablePath = "/usr/bin/chromium";

/** Says in a sentence what is not installed, or undefined when the browser is there. */
export const missingChromium = existsSync(executablePath)
  ? undefined
  : `Not installed: ${executablePath}; run: node test/cluster/build.ts`;

/**
 * Starts the browser with its own barriers between pages and this machine lowered, so that only the server's defence is
 * left to be seen.
 *
 * @param resolverRules - names that lead to an address of the test's choice, as in `MAP evil.example 127.0.0.1`
 * @throws when the browser is not installed
 */
export async function openChromium(resolverRules: string): Promise<Browser> {
  if (missingChromium !== undefined) throw new Error(missingChromium);
  return chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessChecks",
      `--host-resolver-rules=${resolverRules}`,
    ],
  });
}
