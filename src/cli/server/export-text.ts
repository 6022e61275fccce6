/** Shown names as text for other programs: lines of a hosts file, JSON, or options of dnsmasq. */
import type { Names } from "../../contract/names.ts";
import { parseHostName } from "../../records/name.ts";
import { printableJSON } from "../../base/printable.ts";

export const exportFormats = ["hosts", "json", "dnsmasq", "zone"] as const;

export type ExportFormat = (typeof exportFormats)[number];

/**
 * Renders names.
 *
 * @returns lines, each with its line end; nothing for no names but in JSON
 */
export function renderExport(names: Names, format: Exclude<ExportFormat, "zone">): string {
  switch (format) {
    case "hosts":
      return eachAddress(names, (name, address) => `${address} ${name}\n`);
    case "json":
      return `${printableJSON(names, 2)}\n`;
    case "dnsmasq":
      // Not `address=/name/`, which answers for everything under the name too (dnsmasq(8)).
      return eachAddress(names, (name, address) => `host-record=${name},${address}\n`);
  }
}

/** Only names of hosts, since neither format has wildcards with this meaning. */
function eachAddress({ names }: Names, render: (name: string, address: string) => string): string {
  const hosts = names.filter(({ name }) => parseHostName(name) !== undefined);
  return hosts.flatMap(({ name, addresses }) => addresses.map((address) => render(name, address))).join("");
}
