/** Looks at a team's store before it is joined: what it would bring, what of it is refused, and what goes before it. */
import { inSlices } from "../../base/slices.ts";
import type { Trouble } from "../../base/trouble.ts";
import { counted } from "../../base/words.ts";
import { endpointsOf } from "../../contract/team-words.ts";
import type { TeamPreview } from "../../contract/team.ts";
import type { TeamSettings } from "../../engine/teams.ts";
import type { TeamName } from "../../records/team-name.ts";
import { isShowable } from "../../records/team.ts";
import { ownerOf } from "../../records/team-name.ts";
import { findEntry } from "../../records/view-entries.ts";
import type { View } from "../../records/view.ts";
import { pathOf } from "./link.ts";
import { openTeamSource } from "./open-source.ts";
import { findSandbox } from "./sandbox.ts";
import { type KeyChange, TeamModel } from "./skydns/team-model.ts";

/** What this desktop has already. */
export interface Surroundings {
  readonly view: View;
  /** Where the user's own lines define a name, by the name. */
  readonly ownLines: ReadonlyMap<string, { readonly line: number; readonly text: string }>;
  readonly isJoined: boolean;
}

const maxListed = 10;

/**
 * Lists a team's store and judges it.
 *
 * @returns a trouble where it cannot be read, or is not in SkyDNS layout
 */
export async function previewTeam(
  name: TeamName,
  settings: TeamSettings,
  { view, ownLines, isJoined }: Surroundings,
): Promise<TeamPreview | Trouble> {
  using source = await openTeamSource(settings);
  const keys: KeyChange[] = [];
  const list = await source.list((page) => keys.push(...page), new AbortController().signal);
  if (!list.ok) return (await findSandbox()) ?? list.trouble;
  const path = pathOf(settings.link);
  const model = new TeamModel({ ...settings, path });
  const { put } = await inSlices(model.applyInSteps(keys));
  const entries = put.map(({ entry }) => entry).filter(isShowable);
  const sorted = entries.toSorted((left, right) => (left.name < right.name ? -1 : 1));
  const refused: Record<string, number> = {};
  for (const { entry } of put) for (const reason of entry.refused) refused[reason] = (refused[reason] ?? 0) + 1;
  if (keys.length > 0 && refused["team-broken-value"] === put.length) return notSkyDNS(settings, path);
  const conflicts = sorted.flatMap((entry) => {
    const own = ownLines.get(entry.name);
    return own === undefined ? [] : [{ name: entry.name, ...own }];
  });
  const shadowed = sorted.flatMap((entry) => {
    const holder = findEntry(view, entry.name)?.cluster;
    return holder === undefined || holder === ownerOf(name) ? [] : [{ name: entry.name, holder }];
  });
  return {
    name,
    url: settings.link.url,
    domains: [...settings.domains],
    isJoined,
    names: sorted.length,
    list: sorted.slice(0, maxListed).map((entry) => ({ name: entry.name, addresses: [...entry.addresses] })),
    refused,
    conflicts: { total: conflicts.length, list: conflicts.slice(0, maxListed) },
    shadowed: { total: shadowed.length, list: shadowed.slice(0, maxListed) },
    warnings: warningsOf(settings, { names: sorted.length, keys: keys.length, leftOut: model.leftOut }),
  };
}

function warningsOf(
  { domains, link }: TeamSettings,
  { names, keys, leftOut }: { readonly names: number; readonly keys: number; readonly leftOut: number },
): string[] {
  const where = domains.join(", ");
  return [
    ...(keys === 0 ? [`Nothing is stored for ${where} yet; its names will come when somebody writes them.`] : []),
    ...(keys > 0 && names === 0
      ? [`None of the ${counted(keys, "key")} for ${where} is a name that can be shown.`]
      : []),
    ...(leftOut > 0 ? [`${counted(leftOut, "key")} pass a limit or cannot be asked for, and are left out.`] : []),
    ...(link.isInsecure ? ["The connection is not encrypted: anyone on the way can change the team's names."] : []),
  ];
}

function notSkyDNS({ domains, link }: TeamSettings, path: string): Trouble {
  return {
    code: "team-not-skydns",
    message: `What lies below ${path} for ${domains.join(", ")} is not in SkyDNS layout, as CoreDNS and ExternalDNS write it.`,
    hint: "Look at what is there; another path goes behind the address, as in etcd://HOST:2379/PATH:",
    command: `etcdctl --endpoints=${endpointsOf(link.url)} get --prefix --limit=5 ${path}/`,
  };
}
