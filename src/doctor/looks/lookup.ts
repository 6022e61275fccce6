/** Resolves a name as most programs do: through getaddrinfo(3), in a process of its own, so that nothing is remembered. */
import { lookup } from "node:dns/promises";
import type { Desktop } from "../check.ts";

/**
 * Resolves a name.
 *
 * @returns its addresses, each once; empty when it is not known
 */
export async function resolveName({ run }: Pick<Desktop, "run">, name: string): Promise<readonly string[]> {
  const { ok, output, isMissing } = await run("getent", ["ahosts", name]);
  if (isMissing) return lookUpHere(name);
  if (!ok) return [];
  return [...new Set(output.split("\n").flatMap((line) => line.split(" ")[0] || []))];
}

/** macOS has no getent. */
async function lookUpHere(name: string): Promise<readonly string[]> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return [...new Set(found.map(({ address }) => address))];
}
