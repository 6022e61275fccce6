/** What the status says of a team server's etcd, and what of it a person should look at. */
import { formatTime } from "../../base/age.ts";
import type { Trouble } from "../../base/trouble.ts";
import { counted } from "../../base/words.ts";
import type { Status } from "../../contract/status.ts";
import type { EndpointFacts, TeamServerFacts } from "../../engine/team-server-facts.ts";

type TeamServerStatus = NonNullable<Status["teamServer"]>;

/** Milliseconds for which a server may lag behind, as while one of its watches is opened again. */
const shortLag = 15_000;

/** Describes what is known of etcd. */
export function describeTeamServer(facts: TeamServerFacts): TeamServerStatus {
  const { team, path, revision, trouble, since, lists, endpoints, quorum, lag, transactions, projection } = facts;
  return {
    name: team ?? null,
    skydnsPath: path,
    live: trouble === undefined,
    since: formatTime(since),
    reason: trouble?.message ?? null,
    revision: revision === undefined ? null : String(revision),
    lists,
    quorum: quorum?.isThere ?? null,
    readMilliseconds: quorum === undefined ? null : Math.round(quorum.milliseconds),
    lagSeconds: Math.round(lag / 1000),
    endpoints: endpoints.map(describeEndpoint),
    transactions: { ...transactions },
    projection: {
      keys: projection.keys,
      repairs: projection.repairs,
      broken: { total: projection.brokenTotal, list: [...projection.broken] },
    },
    unreadable: { total: facts.unreadableTotal, list: [...facts.unreadable] },
  };
}

function describeEndpoint({ place, trouble, said }: EndpointFacts): TeamServerStatus["endpoints"][number] {
  return {
    place,
    answers: trouble === undefined ? (said === undefined ? null : true) : false,
    reason: trouble?.message ?? null,
    version: said?.version ?? null,
    leader: said?.isLeader ?? null,
    databaseBytes: said?.databaseBytes ?? null,
    alarms: [...(said?.alarms ?? [])],
    milliseconds: said === undefined ? null : Math.round(said.milliseconds),
  };
}

/** Finds what needs attention, each with its own severity. What keeps it from following etcd is said of the store. */
export function findTeamServerAttention(facts: TeamServerFacts): Trouble[] {
  const { endpoints, projection, lag, unreadable, unreadableTotal, trouble } = facts;
  return [
    ...endpoints.flatMap((endpoint) => ofEndpoint(endpoint, trouble)),
    ...(lag >= shortLag ? [behind(lag)] : []),
    ...ofKeys(unreadable, unreadableTotal, (what, first) => ({
      code: "team-value-unreadable",
      severity: "warning",
      message: `${what} of the team cannot be read, and counts as nothing: ${first}.`,
      hint: "Somebody else wrote there. Look at what it is:",
      command: `etcdctl get ${first}`,
    })),
    ...ofKeys(projection.broken, projection.brokenTotal, (what, first) => ({
      code: "team-projection-foreign",
      severity: "warning",
      message: `${what} below the SkyDNS path is not one record, so CoreDNS answers SERVFAIL for the names above it: ${first}.`,
      hint: "Look at what it is, and remove it:",
      command: `etcdctl get ${first}`,
    })),
  ];
}

function ofKeys(
  [first]: readonly string[],
  total: number,
  trouble: (what: string, first: string) => Trouble,
): readonly Trouble[] {
  if (first === undefined) return [];
  return [trouble(total === 1 ? "A value" : `Each of ${counted(total, "value")}`, JSON.stringify(first))];
}

/** @param known - what keeps the server from following etcd, which need not be said twice */
function ofEndpoint({ place, trouble, said }: EndpointFacts, known: Trouble | undefined): readonly Trouble[] {
  if (trouble !== undefined) {
    return trouble.message === known?.message ? [] : [{ ...trouble, code: "team-member-away", severity: "warning" }];
  }
  if (said === undefined) return [];
  if (said.imitation !== undefined) return [said.imitation];
  return [...said.alarms.map((alarm) => ofAlarm(place, alarm)), ...ofVersion(place, said.version)];
}

function ofAlarm(place: string, alarm: string): Trouble {
  const command = `etcdctl --endpoints=${place} alarm list`;
  if (/CORRUPT|corrupt/.test(alarm)) {
    return {
      code: "team-corrupt-alarm",
      severity: "error",
      message: `etcd's member ${place} raises the alarm CORRUPT: its data differs from that of the others.`,
      hint: "Remove that member, and add a new one with an empty data folder, as etcd's guide to data corruption says:",
      command,
    };
  }
  if (/NOSPACE|database space exceeded/.test(alarm)) {
    return {
      code: "team-no-space",
      severity: "error",
      message: `etcd's member ${place} raises the alarm NOSPACE: the database has reached its quota, so etcd takes no change.`,
      hint: "Compact its history, defragment each member and disarm the alarm, as etcd's guide to maintenance says:",
      command,
    };
  }
  return {
    code: "team-alarm",
    severity: "warning",
    message: `etcd's member ${place} raises an alarm: ${alarm}.`,
    hint: "Look it up in etcd's guide to maintenance:",
    command,
  };
}

/** Fixes of 2026 in etcd's permissions, by minor version: from which patch on all are there. None in those before. */
const fixedSince: Readonly<Record<string, number>> = { "3.6": 14, "3.7": 1 };

/** Permissions of etcd do not hold in older versions (CVE-2026-33413, CVE-2026-33343, CVE-2026-44283, GHSA-xg4h-6gfc-h4m8). */
function ofVersion(place: string, version: string): readonly Trouble[] {
  const [, major = 0, minor = 0, patch = 0] = (/^(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  if (major === 0 || major > 3 || minor > 7 || patch >= (fixedSince[`${major}.${minor}`] ?? Number.POSITIVE_INFINITY))
    return [];
  return [
    {
      code: "team-etcd-old",
      severity: "info",
      message: `etcd ${version} at ${place} has faults in its permissions, so anyone who may write anything there may come to write everything.`,
      hint: "Where others share this etcd, run 3.6.14, 3.7.1 or newer.",
    },
  ];
}

function behind(lag: number): Trouble {
  return {
    code: "team-behind",
    severity: "warning",
    message: `For ${Math.round(lag / 1000)} seconds this server has not known what etcd has acknowledged to others.`,
    hint: "It goes on as soon as it can. Look at how busy this machine is, and at its way to etcd.",
  };
}
