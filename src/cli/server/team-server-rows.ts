/** What `status` prints of a team server's etcd. */
import type { Status } from "../../contract/status.ts";
import {
  describeEndpointState,
  describeProjection,
  describeQuorum,
  describeTransactions,
} from "../../contract/team-server-words.ts";

/** Rows of a label and a value. */
export function teamServerRows(
  teamServer: NonNullable<Status["teamServer"]>,
): readonly (readonly [label: string, value: string])[] {
  const { endpoints, revision, lagSeconds, reason } = teamServer;
  return [
    ...(reason === null ? [] : [["reason", reason] as const]),
    ...endpoints.map(
      (endpoint, index) =>
        [index === 0 ? "endpoints" : "", `${endpoint.place}: ${describeEndpointState(endpoint)}`] as const,
    ),
    ["quorum", describeQuorum(teamServer)],
    ...(revision === null ? [] : [["revision", revision] as const]),
    ...(lagSeconds > 0 ? [["behind", `${lagSeconds} seconds`] as const] : []),
    ["written", describeTransactions(teamServer)],
    ["published", describeProjection(teamServer)],
  ];
}
