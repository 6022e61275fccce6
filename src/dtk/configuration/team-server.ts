/** Where a team server is, as a user names it. */
import { type Address, parseAddress } from "../../records/address.ts";
import { type HostName, parseHostName } from "../../records/name.ts";

/**
 * Reads the address of a team server. Without a port it is the one that servers have unless told otherwise.
 *
 * @returns it in one spelling, as in `http://team.example.com:5000`; undefined for anything else, such as a path
 */
export function parseTeamServer(text: string): string | undefined {
  const [, host, port = "5000"] = /^http:\/\/(\[[\da-f:.]+\]|[^\s/:@?#[\]]+)(?::(\d{1,5}))?\/?$/i.exec(text) ?? [];
  const url = `http://${host ?? ""}:${port}`;
  return host !== undefined && Number(port) > 0 && placeOfTeamServer(url) !== undefined ? url.toLowerCase() : undefined;
}

/** The parts of such an address. */
export function placeOfTeamServer(
  url: string,
): { readonly host: Address | HostName; readonly port: number } | undefined {
  const [, text = "", port] = /^http:\/\/(.*):(\d+)$/.exec(url) ?? [];
  const host = parseAddress(text.replaceAll(/[[\]]/g, "")) ?? parseHostName(text);
  return host === undefined || Number(port) > 65_535 ? undefined : { host, port: Number(port) };
}
