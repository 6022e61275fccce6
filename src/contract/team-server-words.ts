/** How a team server's etcd is, in words for people: one home for the texts of `status` and of the page. */
import { counted, formatCount } from "../base/words.ts";
import type { Status } from "./status.ts";

type TeamServer = NonNullable<Status["teamServer"]>;

/** Says how etcd is followed, as the end of a sentence that begins with the team. */
export function describeTeamServerState({ live }: TeamServer): string {
  return live ? "is kept in etcd, which is followed live" : "cannot be followed in etcd";
}

/** Says how one endpoint is, after its place. */
export function describeEndpointState(endpoint: TeamServer["endpoints"][number]): string {
  const { answers, version, leader, databaseBytes, milliseconds, alarms } = endpoint;
  if (answers === null) return "not asked yet";
  if (!answers) return "does not answer";
  return [
    `etcd ${version ?? ""}`,
    ...(leader === true ? ["leads"] : []),
    ...(databaseBytes === null ? [] : [`${formatCount(Math.ceil(databaseBytes / 1024 / 1024))} MiB`]),
    ...(milliseconds === null ? [] : [`answers in ${milliseconds} ms`]),
    ...(alarms.length === 0 ? [] : [counted(alarms.length, "alarm")]),
  ].join(", ");
}

/** Says whether more than half of the members can be reached. */
export function describeQuorum({ quorum, readMilliseconds }: TeamServer): string {
  if (quorum === null) return "not known yet";
  return quorum ? `there, a read takes ${readMilliseconds ?? 0} ms` : "NOT there: no change is taken";
}

/** Says what was written since the start. */
export function describeTransactions({ transactions }: TeamServer): string {
  const { done, lost, unknown, refused } = transactions;
  const odd = [
    ...(lost > 0 ? [`${formatCount(lost)} overtaken by others`] : []),
    ...(unknown > 0 ? [`${formatCount(unknown)} without an answer`] : []),
    ...(refused > 0 ? [`${formatCount(refused)} refused`] : []),
  ];
  return [counted(done, "transaction"), ...odd].join(", ");
}

/** Says what is published. */
export function describeProjection({ projection, skydnsPath }: TeamServer): string {
  const { keys, repairs, broken } = projection;
  return [
    `${counted(keys, "key")} below ${skydnsPath}`,
    ...(repairs > 0 ? [`${formatCount(repairs)} put right`] : []),
    ...(broken.total > 0 ? [`${formatCount(broken.total)} that nobody can read`] : []),
  ].join(", ");
}
