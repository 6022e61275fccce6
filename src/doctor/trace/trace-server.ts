/** The steps of a trace at the server: is the name managed, was it sent, is it shown? */
import { shownBy } from "../../contract/shown-by.ts";
import type { Status } from "../../contract/status.ts";
import { isFollowURL } from "../../contract/invitation.ts";
import { describeTeamState, endpointsOf } from "../../contract/team-words.ts";
import type { Writings } from "../../contract/writing.ts";
import { isManaged, parseManagedDomain } from "../../records/managed-domain.ts";
import { nodePrefix, usualPath } from "../../records/skydns-key.ts";
import { type Desktop, type Finding, ok } from "../check.ts";
import { curlWords, methodURL } from "../looks/cluster-looks.ts";
import { isStored } from "../looks/stored.ts";
import { handedIn, watchedOf } from "./trace-watch.ts";
import { describeWritings, writingsOf, written } from "./trace-writings.ts";
import { hostsFileIdentity } from "../../sinks/hosts-file/identity.ts";

type Name = Status["names"]["list"][number];
type TeamStatus = NonNullable<Status["teams"]>[number];

/** For whatever keeps a name from coming along, the checks without a name look more closely. */
export const lookCloser = "hostsfile-server doctor";

/** Looks whether the name lies in a managed domain. */
export async function managed(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  const status = await desktop.status();
  return [judgeManaged(name, status, methodURL(desktop, "default", "domains"))];
}

/** Judges by the managed domains of all clusters. */
export function judgeManaged(name: string, status: Status | undefined, url: string): Finding {
  const team = findTeam(name, status);
  if (team !== undefined) return ok(`${name} lies in a domain of the team ${team.name}.`);
  const managing = status?.clusters.find(({ domains }) => isUnder(name, domains));
  if (managing !== undefined) return ok(`${name} lies in a managed domain of ${managing.name}.`);
  const domain = name.split(".").slice(-2).join(".");
  return {
    grade: "problem",
    code: "not-managed",
    message: `${name} lies outside the managed domains (${status?.clusters.flatMap(({ domains }) => domains).join(", ") || "none"}).`,
    hint: "Manage its domain:",
    command: `${curlWords(status)} -d ${domain} ${url}`,
  };
}

/** The team whose domain a name lies in, unless a cluster has that domain too. */
export function findTeam(name: string, status: Status | undefined): TeamStatus | undefined {
  if (status?.clusters.some(({ domains }) => isUnder(name, domains)) === true) return undefined;
  return status?.teams?.find(({ domains }) => isUnder(name, domains));
}

/** Judges whether the team has the name. */
export function judgeTeam(name: string, team: TeamStatus, status: Status | undefined): Finding {
  const owner = `team:${team.name}`;
  const known = [...(status?.names.list ?? []), ...(status?.notShown.list ?? [])];
  if (known.some((each) => each.name === name && each.cluster === owner)) {
    return ok(`The team ${team.name} has ${name}, at revision ${team.revision ?? "unknown"} of its store.`);
  }
  const path = nodePrefix(usualPath, name).slice(0, -1);
  return {
    grade: "problem",
    code: "name-not-sent",
    message: `The team ${team.name} does not have ${name}; it ${describeTeamState(team)}.`,
    ...(isFollowURL(team.via)
      ? { hint: "Ask who runs the team whether it should have it." }
      : {
          hint: "Look whether its store has it:",
          command: `etcdctl --endpoints=${endpointsOf(team.via)} get --prefix ${path}`,
        }),
  };
}

function isUnder(name: string, domains: readonly string[]): boolean {
  return isManaged(name, new Set(domains.flatMap((domain) => parseManagedDomain(domain) ?? [])));
}

/** Looks whether the watcher, ExternalDNS or another source has sent it. */
export async function sent(desktop: Desktop, name: string): Promise<readonly Finding[]> {
  const status = await desktop.status();
  const team = findTeam(name, status);
  if (team !== undefined) {
    const known = judgeTeam(name, team, status);
    return known.grade === "ok" ? written(desktop, { name, team: team.name, known }) : [known];
  }
  if (status?.teamServer !== undefined) return [judgeWritings(name, await writingsOf(desktop, name), status)];
  const watched = await watchedOf(desktop);
  const clusters = (status?.clusters ?? [])
    .filter(({ domains }) => isUnder(name, domains))
    .map((cluster) => cluster.name);
  const holders = await Promise.all(
    clusters.map(async (cluster) => ((await isStored(desktop, cluster, name)) ? [cluster] : [])),
  );
  const found = judgeSent(name, holders.flat(), status);
  // With both feeds, one is enough.
  if (watched === undefined || (found.grade === "ok" && holders.flat().length > 0)) return [found];
  return handedIn(desktop, watched, name);
}

/** Says which server wrote the name; where none did, it is judged as without a team. */
export function judgeWritings(
  name: string,
  writings: Writings,
  status: Pick<Status, "names" | "notShown" | "leftOut" | "teamServer">,
): Finding {
  if (writings.length === 0) return judgeSent(name, [], status);
  const found = { team: status.teamServer?.name ?? null, via: null, writings, keys: [] };
  return { ...ok(`The team has ${name} of ${describeWritings(writings)}.`), writings: found };
}

/**
 * Judges by what is stored, and by what was left out when it was offered.
 *
 * @param holders - the clusters whose ExternalDNS has sent it
 * @param status - has the names of all sources, shown or not
 */
export function judgeSent(
  name: string,
  holders: readonly string[],
  status: Pick<Status, "names" | "notShown" | "leftOut"> | undefined,
): Finding {
  if (holders.length > 0) return ok(`ExternalDNS of ${holders.join(", ")} has sent ${name}.`);
  const stored = [...(status?.names.list ?? []), ...(status?.notShown.list ?? [])].find((each) => each.name === name);
  if (stored !== undefined) return ok(`The server has ${name} of ${stored.cluster}, though not from ExternalDNS.`);
  const refused = status?.leftOut.list.find((entry) => entry.name === name);
  if (refused !== undefined) {
    return {
      grade: "problem",
      code: refused.reason,
      message: refused.sentence,
      hint: "See what else there is:",
      command: lookCloser,
    };
  }
  return {
    grade: "problem",
    code: "name-not-sent",
    message: `ExternalDNS has not sent ${name}. It looks once a minute unless it was told otherwise.`,
    hint: "If it does not come, see why:",
    command: lookCloser,
  };
}

/** Looks whether the server shows it. */
export async function shown({ status }: Desktop, name: string): Promise<readonly Finding[]> {
  return [judgeShown(name, await status())];
}

/** Judges by what the server says of the name. */
export function judgeShown(name: string, status: Pick<Status, "names" | "notShown" | "sinks"> | undefined): Finding {
  const conflict = status?.sinks.flatMap(({ conflicts }) => conflicts.list).find((each) => each.name === name);
  if (conflict !== undefined) {
    const message = `Your own line ${conflict.line} has ${name}, so the cluster's does not count: ${conflict.text.trim()}`;
    const hint = "Remove the name from it to let the cluster have it, or run this, which shows the change first:";
    const command = "hostsfile-server adopt";
    return { grade: "problem", code: "name-is-yours", message, hint, command };
  }
  const kept = status?.notShown.list.find((each) => each.name === name);
  const entry = status?.names.list.find((each) => each.name === name);
  if (entry !== undefined) return ok(`The server shows ${name} with ${describeShown(entry, status)}.`);
  if (kept === undefined) return ok(`The server has ${name} among its names.`);
  return {
    grade: "problem",
    code: kept.reason,
    message: kept.sentence,
    hint: "See what else there is:",
    command: lookCloser,
  };
}

/** Where the name points, and which of several sinks show it. */
function describeShown(entry: Name, status: Pick<Status, "sinks"> | undefined): string {
  const types = (entry.records ?? []).map(({ type }) => type);
  const data = [...entry.addresses, ...types].join(", ");
  const titles = status === undefined || status.sinks.length < 2 ? [] : (shownBy(status, entry) ?? []);
  return titles.length === 0 ? data : `${data} in the ${titles.join(" and the ")}`;
}

/** What other sinks show of a name that is not in the hosts file. */
interface ShownElsewhere {
  readonly addresses: readonly string[];
  /** Titles of the sinks. */
  readonly sinks: readonly string[];
  /** Why the hosts file does not have it. */
  readonly because: string | undefined;
}

/** Finds out whether the hosts file lacks a name that another sink shows. */
export function findElsewhere(name: string, status: Status | undefined): ShownElsewhere | undefined {
  const entry = status?.names.list.find((each) => each.name === name);
  if (status === undefined || entry?.sinks === undefined) return undefined;
  const { id } = hostsFileIdentity;
  if (entry.sinks.length === 0 || entry.sinks.includes(id)) return undefined;
  const hostsFile = status.sinks.find((sink) => sink.id === id);
  const because = hostsFile?.refused?.list.find((refused) => refused.name === name)?.sentence;
  return { addresses: entry.addresses, sinks: shownBy(status, entry) ?? [], because };
}
