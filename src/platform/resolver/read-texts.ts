/** Reads what resolvers and their files say of themselves. Pure. */

/** The addresses of a resolv.conf(5). */
export function nameserversIn(text: string): readonly string[] {
  return [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, address = ""]) => address);
}

/** Whether an address is systemd-resolved's own (systemd-resolved(8)). */
export function isStub(address: string): boolean {
  return address === "127.0.0.53" || address === "127.0.0.54";
}

/** Whether the C library asks systemd-resolved before it asks servers itself (nss-resolve(8)). */
export function asksResolved(nsswitch: string): boolean {
  const words = /^\s*hosts:([^#\n]*)/m.exec(nsswitch)?.[1]?.trim().split(/\s+/) ?? [];
  const [resolve, dns] = [words.indexOf("resolve"), words.indexOf("dns")];
  return resolve !== -1 && (dns === -1 || resolve < dns);
}

/** The version that `resolvectl --version` prints. */
export function versionIn(text: string): number | undefined {
  const [, version] = /^systemd (\d+)/m.exec(text) ?? [];
  return version === undefined ? undefined : Number(version);
}

/**
 * The servers for the whole machine that `resolvectl dns` prints, without ours.
 *
 * @param text - of which a line is `Global: 192.0.2.1 192.0.2.2`
 */
export function globalServersIn(text: string): readonly string[] {
  const servers = /^Global:(.*)$/m.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  return servers.filter((server) => server !== "" && !/^(?:127\.0\.0\.1|\[::1\]):\d+$/.test(server));
}

/**
 * Whether anything that `resolvectl dnssec` prints says that DNSSEC is checked.
 *
 * @param ownLink - the link of ours, which does not count
 */
export function isValidatingIn(text: string, ownLink: string): boolean {
  return text.split("\n").some((line) => /: *(?:yes|allow-downgrade)\b/.test(line) && !line.includes(`(${ownLink})`));
}

/** Whether dnsmasq reads a folder, by its command line or its settings (dnsmasq(8), `conf-dir`). */
export function readsDnsmasqFolder(command: readonly string[], settings: string, folder: string): boolean {
  const isNamed = command.some((word) => word.replace(/^(?:-7|--conf-dir=)/, "").split(",")[0] === folder);
  return isNamed || settings.split("\n").some((line) => isOption(line, "conf-dir", folder));
}

function isOption(line: string, name: string, value: string): boolean {
  const [, option, text = ""] = /^\s*([a-z-]+)\s*=\s*([^\s#]+)/.exec(line) ?? [];
  return option === name && text.split(",")[0]?.replace(/\/$/, "") === value;
}

/** Whether unbound reads a folder's files (unbound.conf(5), `include`). */
export function readsUnboundFolder(settings: string, folder: string): boolean {
  return settings
    .split("\n")
    .some((line) => /^\s*include(?:-toplevel)?:/.test(line) && line.includes(`${folder}/*.conf`));
}

/** The links that have servers of their own, from lines of `resolvectl dns` as `Link 2 (eth0): 192.0.2.1`. */
export function serversOfLinks(text: string): readonly string[] {
  return [...text.matchAll(/^Link \d+ \((\S+)\): *\S/gm)].map(([, name = ""]) => name);
}

/** What has domains, as `resolvectl domain` prints it. */
export interface Claim {
  /** Undefined for the settings of the whole machine. */
  readonly link: string | undefined;
  /** As in `~dtk.io`; without the sign it is for short names as well. */
  readonly words: readonly string[];
}

/**
 * Reads who has which domains.
 *
 * @param text - of which a line is `Global: ~dtk.io` or `Link 2 (eth0): ~dtk.io corp.example`
 */
export function claimsIn(text: string): readonly Claim[] {
  return [...text.matchAll(/^(?:Global|Link \d+ \((\S+)\)): *(.*)$/gm)].map(([, link, words = ""]) => ({
    link,
    words: words.split(/\s+/).filter((word) => word !== ""),
  }));
}
