/** The settings by which etcd is reached, for a team server and for the commands about one. */
import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { messageOf } from "../../base/errors.ts";
import { onOrOff, oneText, parsedBy } from "../../base/text-schema.ts";
import { TroubleError } from "../../base/trouble.ts";
import { type EtcdURL, isEncrypted, parseEtcdURL } from "../../etcd/address.ts";
import type { EtcdAccess, EtcdTLS } from "../../etcd/model.ts";
import { type Given, declare } from "../setting.ts";
import { wrongUsage } from "../wrong-usage.ts";

const path = z.pipe(
  oneText,
  parsedBy(
    (text: string) => (/^\/[^/\s?#][^\s?#]*(?<!\/)$/.test(text) ? text : undefined),
    "a path, for example /skydns",
  ),
);

export const storeSettings = {
  store: declare({
    flag: "store",
    placeholder: "URL",
    doc: "Serve a team: keep everything in this etcd and not on this machine. `etcd://e1:2379,e2:2379,e3:2379`.",
    whenAbsent: "records are kept on this machine",
    schema: z.pipe(oneText, parsedBy(parseStore, "an address of etcd, for example etcd://e1:2379,e2:2379,e3:2379")),
  }),
  storeCA: declare({
    flag: "store-ca",
    placeholder: "PATH",
    doc: "The certificate of the authority that signed those of etcd.",
    whenAbsent: "the system's authorities",
    schema: oneText,
  }),
  storeCert: declare({
    flag: "store-cert",
    placeholder: "PATH",
    doc: "The client certificate for etcd, whose common name is the user there.",
    whenAbsent: "none is shown",
    schema: oneText,
  }),
  storeKey: declare({
    flag: "store-key",
    placeholder: "PATH",
    doc: "The key of `--store-cert`.",
    whenAbsent: "none",
    schema: oneText,
  }),
  storeUser: declare({
    flag: "store-user",
    placeholder: "NAME",
    doc: "The user of etcd, where a certificate does not name it.",
    whenAbsent: "none",
    schema: oneText,
  }),
  storePasswordFile: declare({
    flag: "store-password-file",
    placeholder: "PATH",
    doc: "A file with the password of `--store-user`.",
    whenAbsent: "none",
    schema: oneText,
  }),
  storeInsecure: declare({
    flag: "store-insecure",
    doc: "Talk to an etcd on another machine without encryption.",
    whenAbsent: "off: only an etcd of this machine is spoken to so",
    schema: onOrOff,
  }),
} as const;

export const skydnsPathSetting = declare({
  flag: "skydns-path",
  placeholder: "PATH",
  doc: "Where a team server publishes its names for CoreDNS in etcd.",
  whenAbsent: "`/skydns`",
  schema: path,
});

export type StoreSettings = Given<typeof storeSettings>;

/**
 * Reads how etcd is reached, with the files that are named.
 *
 * @throws TroubleError `wrong-usage` (exit 2) for flags that do not fit together; `store-file-unreadable` for a file
 */
export function readAccess(settings: StoreSettings): EtcdAccess | undefined {
  const { store, storeCA, storeCert, storeKey, storeUser, storePasswordFile } = settings;
  if (store === undefined) {
    const given = Object.values(settings).some((value) => value !== undefined);
    if (given)
      throw wrongUsage(
        "The flags that begin with --store- say how etcd is reached, and no etcd is named.",
        "Name it: --store=etcd://HOST:2379",
      );
    return undefined;
  }
  if ((storeCert === undefined) !== (storeKey === undefined)) {
    throw wrongUsage("A client certificate and its key go together.", "Give both --store-cert and --store-key.");
  }
  if ((storeUser === undefined) !== (storePasswordFile === undefined)) {
    throw wrongUsage("A user and a password go together.", "Give both --store-user and --store-password-file.");
  }
  const read = (file: string | undefined, flag: string) => (file === undefined ? undefined : readText(file, flag));
  const hasCertificates = storeCA !== undefined || storeCert !== undefined;
  // Certificates that were given are used. Nobody can listen to what stays on this machine.
  const readTLS = (): EtcdTLS => ({
    authority: read(storeCA, "--store-ca"),
    certificate: read(storeCert, "--store-cert"),
    key: read(storeKey, "--store-key"),
  });
  const tls = isEncrypted(store, { hasCertificates, isInsecure: settings.storeInsecure === true })
    ? readTLS()
    : undefined;
  const password = read(storePasswordFile, "--store-password-file")?.trimEnd();
  const login = storeUser === undefined || password === undefined ? undefined : { user: storeUser, password };
  return { endpoints: store.endpoints, tls, renewTLS: tls && (() => ifReadable(readTLS)), login };
}

/** Does the same for a command that is about an etcd alone. */
export function requireAccess(settings: StoreSettings): EtcdAccess {
  const access = readAccess(settings);
  if (access === undefined) throw wrongUsage("No etcd is named.", "Name it: --store=etcd://HOST:2379");
  return access;
}

/** A file that is being replaced is read the next time. */
function ifReadable(readTLS: () => EtcdTLS): EtcdTLS | undefined {
  try {
    return readTLS();
  } catch {
    return undefined;
  }
}

function parseStore(text: string): EtcdURL | undefined {
  const store = parseEtcdURL(text);
  return store?.path === "" ? store : undefined;
}

function readText(file: string, flag: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new TroubleError({
      code: "store-file-unreadable",
      message: `${file}, which ${flag} names, cannot be read: ${messageOf(error)}.`,
      hint: "Correct the path, or give this user the right to read it.",
    });
  }
}
