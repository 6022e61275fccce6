/** A real browser for tests: Debian's Chromium without a screen, driven by playwright-core. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { run } from "../cluster/program.ts";

const executablePath = "/usr/bin/chromium";

/** Whether the browser is there or can be installed. */
export const canHaveChromium =
  existsSync(executablePath) || (process.geteuid?.() === 0 && existsSync("/usr/bin/apt-get"));

/** Installs Debian's package when it is missing. */
export async function installChromium(): Promise<void> {
  if (existsSync(executablePath)) return;
  const environment = { DEBIAN_FRONTEND: "noninteractive" };
  await run(["apt-get", "update"], { environment });
  await run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], { environment });
}

/**
 * Starts the browser with its own barriers between pages and this machine lowered, so that only the server's defence is
 * left to be seen.
 *
 * @param resolverRules - names that lead to an address of the test's choice, as in `MAP evil.example 127.0.0.1`
 */
export async function openChromium(resolverRules: string): Promise<Browser> {
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
