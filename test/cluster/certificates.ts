/** A certificate authority of the test's own and a certificate for a domain, as a developer makes them for a desktop cluster. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./program.ts";

export interface Certificates {
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Makes them in a folder and returns their paths. */
export async function makeCertificates(folder: string, domain: string): Promise<Certificates> {
  const path = (name: string): string => join(folder, name);
  const openssl = async (...parameters: readonly string[]): Promise<string> => run(["openssl", ...parameters]);
  const files = { authority: path("ca.crt"), certificate: path("tls.crt"), key: path("tls.key") };
  const newKey = ["-newkey", "rsa:2048", "-nodes"];
  const authorityName = ["-subj", "/CN=test authority", "-days", "2"];
  await openssl("req", "-x509", ...newKey, "-keyout", path("ca.key"), "-out", files.authority, ...authorityName);
  await openssl("req", "-new", ...newKey, "-keyout", files.key, "-out", path("tls.csr"), "-subj", `/CN=${domain}`);
  await writeFile(path("names"), `subjectAltName=DNS:${domain},DNS:*.${domain}\n`);
  const authority = ["-CA", files.authority, "-CAkey", path("ca.key"), "-CAcreateserial"];
  await openssl(
    "x509",
    "-req",
    "-in",
    path("tls.csr"),
    ...authority,
    "-days",
    "2",
    "-extfile",
    path("names"),
    "-out",
    files.certificate,
  );
  return files;
}

/** From when until when a certificate is valid, as openssl-ca(1) takes it. */
export const validities = {
  valid: ["20200101000000Z", "20990101000000Z"],
  over: ["20200101000000Z", "20200102000000Z"],
} as const;

export interface Signer {
  /** Path of the key of each certificate. */
  readonly key: string;
  /** Signs a certificate, and returns its path, which is always the same. */
  readonly sign: (validity: keyof typeof validities) => Promise<string>;
}

/**
 * Makes what signs certificates that are valid, and that no longer are, in a folder of its own.
 *
 * @param subject - as in `/CN=front`
 * @param authority - who signs; without one each certificate is its own authority, for 127.0.0.1
 */
export async function openSigner(
  folder: string,
  subject: string,
  authority?: { readonly certificate: string; readonly key: string },
): Promise<Signer> {
  await mkdir(join(folder, "new"), { recursive: true });
  const path = (name: string): string => join(folder, name);
  const [key, request, certificate, settings] = [path("key"), path("csr"), path("crt"), path("settings")];
  await writeFile(
    settings,
    `[ca]\ndefault_ca=own\n[own]\ndatabase=${folder}/index\nnew_certs_dir=${folder}/new\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\norganizationName=optional\n[more]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:TRUE\n`,
  );
  await run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", subject]);
  const by =
    authority === undefined
      ? ["-selfsign", "-keyfile", key, "-extensions", "more"]
      : ["-cert", authority.certificate, "-keyfile", authority.key];
  return {
    key,
    sign: async (validity) => {
      const [from, to] = validities[validity];
      await writeFile(path("index"), "");
      const times = ["-startdate", from, "-enddate", to];
      const files = ["-in", request, "-out", certificate];
      await run(["openssl", "ca", "-config", settings, "-batch", "-notext", ...by, ...files, ...times]);
      return certificate;
    },
  };
}
