/** A certificate authority of the test's own and a certificate for a domain, as a developer makes them for a desktop cluster. */
import { writeFile } from "node:fs/promises";
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
