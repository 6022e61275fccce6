/** Waits until a desktop's hosts file has a name. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Desktop } from "../test/cluster/desktop.ts";
import { eventually } from "../test/cluster/eventually.ts";

/** Looks every millisecond. */
export async function untilShown({ hostsFile }: Pick<Desktop, "hostsFile">, name: string): Promise<void> {
  await eventually(() => assert(readFileSync(hostsFile, "utf8").includes(` ${name}\n`)), { intervalMs: 1 });
}
