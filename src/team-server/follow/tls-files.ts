/** A server's certificate and key as their files have them: read at the start, and again whenever a file has changed. */
import { X509Certificate } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { type Trouble, TroubleError, adviceOf } from "../../base/trouble.ts";

export interface TLSPaths {
  readonly certificate: string;
  readonly key: string;
}

/** PEM texts. */
export interface TLSIdentity {
  readonly cert: string;
  readonly key: string;
}

interface Options {
  readonly log: Log;
  /** Told of what the files have now, when that changed and can be used. */
  readonly onChange: (identity: TLSIdentity) => void;
}

/** Milliseconds between two looks at the files. */
const interval = 2_000;

/** Milliseconds before its end from which on a certificate is warned of. */
const soon = 7 * 86_400_000;

export class TLSFiles implements Disposable {
  readonly #paths: TLSPaths;
  readonly #options: Options;
  readonly #timer: NodeJS.Timeout;
  #stamp: string;
  #trouble: Trouble | undefined;
  readonly first: TLSIdentity;

  /**
   * Reads the files, and looks at them again from time to time.
   *
   * @throws TroubleError when they cannot be used
   */
  constructor(paths: TLSPaths, options: Options) {
    this.#paths = paths;
    this.#options = options;
    this.#stamp = stampOf(paths);
    const read = readIdentity(paths);
    if ("code" in read) throw new TroubleError(read);
    this.first = read;
    this.#warnOfEnd(read);
    this.#timer = setInterval(() => this.#look(), interval).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const stamp = stampOf(this.#paths);
    if (stamp === this.#stamp) return;
    const { log, onChange } = this.#options;
    const read = readIdentity(this.#paths);
    if ("code" in read) {
      // Both files are rarely replaced at once, so the pair is looked at again until it fits.
      if (read.message !== this.#trouble?.message) {
        log.warn({ code: read.code }, `${read.message} The certificate from before stays in use. ${adviceOf(read)}`);
      }
      this.#trouble = read;
      return;
    }
    this.#stamp = stamp;
    this.#trouble = undefined;
    onChange(read);
    log.info({ code: "tls-taken-over" }, `The certificate is what ${this.#paths.certificate} says now.`);
    this.#warnOfEnd(read);
  }

  #warnOfEnd({ cert }: TLSIdentity): void {
    const end = new Date(new X509Certificate(cert).validTo);
    if (end.getTime() - Date.now() > soon) return;
    const tense = end.getTime() < Date.now() ? "ended" : "ends";
    const message = `The certificate in ${this.#paths.certificate} ${tense} at ${end.toISOString()}. Desktops that connect later refuse it. Put a new one in its place; no restart is needed.`;
    this.#options.log.warn({ code: "tls-certificate-ends" }, message);
  }
}

/** Tells files that were replaced or rewritten. A file of another name behind a link counts too. */
function stampOf({ certificate, key }: TLSPaths): string {
  const stamps = [certificate, key].map((path) => {
    const status = statSync(path, { throwIfNoEntry: false, bigint: true });
    return status && [status.dev, status.ino, status.size, status.mtimeNs].join();
  });
  return stamps.join(" ");
}

function readIdentity({ certificate, key }: TLSPaths): TLSIdentity | Trouble {
  const [cert, keyText] = [readFile(certificate, "--tls-cert"), readFile(key, "--tls-key")];
  if (typeof cert !== "string") return cert;
  if (typeof keyText !== "string") return keyText;
  try {
    createSecureContext({ cert, key: keyText });
    return { cert, key: keyText };
  } catch (error) {
    return {
      code: "tls-unusable",
      message: `${certificate} and ${key} are not a certificate with its key (PEM): ${messageOf(error)}.`,
      hint: "Compare what the two say; the lines must be the same:",
      command: `openssl x509 -noout -pubkey -in ${certificate}; openssl pkey -pubout -in ${key}`,
    };
  }
}

function readFile(path: string, flag: string): string | Trouble {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return {
      code: "tls-unreadable",
      message: `${path}, which ${flag} names, cannot be read: ${messageOf(error)}.`,
      hint: "Correct the path, or give this user the right to read it.",
    };
  }
}
