import { X509Certificate } from "node:crypto";
import { execFileSync } from "node:child_process";
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { type TLSIdentity, TLSFiles } from "./tls-files.ts";

afterEach(() => void vi.useRealTimers());

function make(folder: string, name: string, days: string): { readonly certificate: string; readonly key: string } {
  const paths = { certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const out = ["-keyout", paths.key, "-out", paths.certificate];
  execFileSync("openssl", ["req", "-x509", ...curve, ...out, "-subj", `/CN=${name}`, "-days", days], {
    stdio: "ignore",
  });
  return paths;
}

function open(paths: { readonly certificate: string; readonly key: string }) {
  const events: string[] = [];
  const identities: TLSIdentity[] = [];
  const write = ({ code }: { readonly code: string }): void => void events.push(code);
  const log = { debug: () => undefined, info: write, warn: write, error: write };
  const files = new TLSFiles(paths, { log, onChange: (identity) => void identities.push(identity) });
  return { files, events, identities, [Symbol.dispose]: () => files[Symbol.dispose]() };
}

const subjectOf = ({ cert }: TLSIdentity): string => new X509Certificate(cert).subject;

test("a new pair is taken over once both fit, and until then the old one stays", () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  using folder = temporaryFolder();
  const [used, next] = [make(folder.path, "used", "30"), make(folder.path, "next", "30")];
  using opened = open(used);
  const look = (): void => void vi.advanceTimersByTime(10_000);
  look();
  expect(subjectOf(opened.files.first)).toBe("CN=used");
  expect(opened.events).toEqual([]);
  renameSync(next.certificate, used.certificate);
  look();
  expect(opened.events).toEqual(["tls-unusable"]);
  renameSync(next.key, used.key);
  look();
  expect(opened.identities.map(subjectOf)).toEqual(["CN=next"]);
  rmSync(used.key);
  look();
  expect(opened.events).toEqual(["tls-unusable", "tls-taken-over", "tls-unreadable"]);
});

test("what cannot be used is said at the start, and what ends soon is warned of", () => {
  using folder = temporaryFolder();
  const [good, soon] = [make(folder.path, "good", "30"), make(folder.path, "soon", "2")];
  expect(() => open({ ...good, key: soon.key })).toThrow("are not a certificate with its key");
  expect(() => open({ ...good, key: join(folder.path, "none") })).toThrow("--tls-key names, cannot be read");
  writeFileSync(join(folder.path, "text"), "text");
  expect(() => open({ ...good, certificate: join(folder.path, "text") })).toThrow("are not a certificate with its key");
  using opened = open(soon);
  expect(opened.events).toEqual(["tls-certificate-ends"]);
});
