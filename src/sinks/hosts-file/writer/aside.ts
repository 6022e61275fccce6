/**
 * Names for a replaced hosts file that lies beside the new one for as long as somebody writes to it. The name says what
 * the file held, so that after a restart, too, what came late is told from what was there.
 */
import { hash, randomUUID } from "node:crypto";
import { basename, dirname, join } from "node:path";

/** Identifies bytes that are too many to be kept in memory for long. */
export interface Fingerprint {
  readonly length: number;
  /** SHA-256, in hexadecimal digits. */
  readonly digest: string;
}

export function fingerprintOf(bytes: Buffer): Fingerprint {
  return { length: bytes.length, digest: hash("sha256", bytes) };
}

/** A new path beside the hosts file. */
export function asidePath(path: string, { length, digest }: Fingerprint): string {
  return join(dirname(path), `${asideStart(path)}${randomUUID()}.${length}.${digest}.old`);
}

/** What a replaced file held, by its name; undefined for any other file. */
export function readAsideName(path: string, name: string): Fingerprint | undefined {
  if (!name.startsWith(asideStart(path))) return undefined;
  const parts = /^[\da-f-]{36}\.(?<length>\d{1,15})\.(?<digest>[\da-f]{64})\.old$/.exec(
    name.slice(asideStart(path).length),
  )?.groups;
  const { length, digest } = parts ?? {};
  return length === undefined || digest === undefined ? undefined : { length: Number(length), digest };
}

function asideStart(path: string): string {
  return `.${basename(path)}.hostsfile-server.`;
}
