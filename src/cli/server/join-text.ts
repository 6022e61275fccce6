/** What `join` shows before it asks: what the team may do, what it would bring, and what goes before it. */
import type { JoinRequest, TeamPreview } from "../../contract/team.ts";
import { printable } from "../../base/printable.ts";
import { counted, formatCount } from "../../base/words.ts";
import { privateNetworks } from "../../records/team.ts";
import type { Terminal } from "../terminal.ts";

/** Renders lines, each with its line end. */
export function renderPreview({ networks, mostNames }: JoinRequest, preview: TeamPreview, { paint }: Terminal): string {
  const { name, url, domains, names, list, refused, conflicts, shadowed, warnings } = preview;
  const lines = [
    `  may have names in  ${domains.join(", ")}`,
    `  may lead to        ${describeNetworks(networks)}`,
    `  names              ${formatCount(names)} now, at most ${formatCount(mostNames)}`,
    ...list.map((each) => `    ${each.name}  ${each.addresses.join(", ")}`),
    ...more(names, list.length),
    ...Object.entries(refused).map(([reason, count]) => `  refused            ${counted(count, "name")} [${reason}]`),
    ...conflicts.list.map((each) => `  stays yours        ${each.name}, line ${each.line}: ${each.text.trim()}`),
    ...more(conflicts.total, conflicts.list.length),
    ...shadowed.list.map((each) => `  stays as it is     ${each.name}, which ${each.holder} has`),
    ...more(shadowed.total, shadowed.list.length),
  ];
  return [
    paint("strong", printable(`Team ${name}, from ${url}`)),
    ...lines.map((line) => printable(line)),
    ...warnings.map((warning) => paint("bad", printable(warning))),
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function describeNetworks(networks: readonly string[]): string {
  const others = networks.filter((network) => !privateNetworks.includes(network));
  const isPrivate = privateNetworks.every((network) => networks.includes(network));
  return [...(isPrivate ? ["private networks"] : networks), ...(isPrivate ? others : [])].join(", ");
}

function more(total: number, listed: number): string[] {
  return total > listed ? [`    and ${formatCount(total - listed)} more`] : [];
}
