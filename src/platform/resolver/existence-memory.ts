/**
 * Remembers between starts who else has our domains: a resolver that was told to ask us about a domain can no longer say,
 * and without a network nobody can.
 */
import { randomUUID } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { parseJSON } from "../../base/json.ts";
import { readIfThere } from "../../base/read-if-there.ts";
import type { Existence } from "./routes.ts";

const fileName = "resolver-domains.json";

const schema = z.record(z.string(), z.enum(["public", "private"]));

/** What was found the last time; empty where nothing was, or where it cannot be read. */
export async function recallExistences(folder: string): Promise<ReadonlyMap<string, Existence>> {
  const text = await readIfThere(join(folder, fileName)).catch(() => undefined);
  const { data = {} } = schema.safeParse(text === undefined ? {} : parseJSON(text));
  return new Map(Object.entries(data));
}

/** Keeps what was found for sure. The server can do without it, so a full disk does not matter here. */
export async function keepExistences(folder: string, found: ReadonlyMap<string, Existence>): Promise<void> {
  const sure = [...found].filter(([, existence]) => existence !== "unknown");
  const path = join(folder, fileName);
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, `${JSON.stringify(Object.fromEntries(sure))}\n`, { mode: 0o600 });
    await rename(temporary, path);
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}
