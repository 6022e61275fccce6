/** The metrics of a team server's etcd, by the conventions of Prometheus. */
import { Gauge, type Registry } from "prom-client";
import type { Status } from "../../contract/status.ts";

interface TeamServerGauges {
  readonly connected: Gauge<"team">;
  readonly quorum: Gauge<"team">;
  readonly read: Gauge<"team">;
  readonly lag: Gauge<"team">;
  readonly revision: Gauge<"team">;
  readonly lists: Gauge<"team">;
  readonly up: Gauge<"team" | "endpoint">;
  readonly bytes: Gauge<"team" | "endpoint">;
  readonly alarms: Gauge<"team" | "endpoint">;
  readonly transactions: Gauge<"team" | "result">;
  readonly keys: Gauge<"team">;
  readonly repairs: Gauge<"team">;
  readonly broken: Gauge<"team">;
  readonly unreadable: Gauge<"team">;
}

/** Makes the gauges, all without a value. */
export function createTeamServerGauges(registers: Registry[]): TeamServerGauges {
  const gauge = <Label extends string = "team">(
    name: string,
    help: string,
    more: Exclude<Label, "team">[] = [],
  ): Gauge<Label | "team"> =>
    new Gauge<Label | "team">({
      name: `hostsfile_team_server_${name}`,
      help,
      labelNames: ["team", ...more],
      registers,
    });
  return {
    connected: gauge("connected", "Whether a team server follows its etcd live."),
    quorum: gauge("quorum", "Whether more than half of etcd's members could be reached."),
    read: gauge("read_seconds", "Time that the last read took which needs them."),
    lag: gauge("lag_seconds", "Time for which a team server has not known what etcd has acknowledged to others."),
    revision: gauge("revision", "How far a team server has come in the history of its etcd."),
    lists: gauge("lists", "Times since the start that everything was listed."),
    up: gauge("endpoint_up", "Whether an endpoint of etcd answers.", ["endpoint"]),
    bytes: gauge("endpoint_database_bytes", "Size of the database of a member of etcd.", ["endpoint"]),
    alarms: gauge("endpoint_alarms", "Alarms that a member of etcd raises.", ["endpoint"]),
    transactions: gauge("transactions", "Transactions since the start by how they ended.", ["result"]),
    keys: gauge("projection_keys", "Keys that should be published for CoreDNS."),
    repairs: gauge("projection_repairs", "Keys since the start that others had changed, and that were put right."),
    broken: gauge("projection_broken", "Keys below the path at whose value CoreDNS answers SERVFAIL."),
    unreadable: gauge("unreadable", "Keys of the team whose value cannot be read."),
  };
}

/** Sets them to what the status says. They must have no value. */
export function setTeamServerGauges(gauges: TeamServerGauges, { teamServer }: Status): void {
  if (teamServer === undefined) return;
  const { live, quorum, readMilliseconds, lagSeconds, revision, lists, endpoints, transactions } = teamServer;
  const team = teamServer.name ?? "";
  gauges.connected.set({ team }, live ? 1 : 0);
  if (quorum !== null) gauges.quorum.set({ team }, quorum ? 1 : 0);
  if (readMilliseconds !== null) gauges.read.set({ team }, readMilliseconds / 1000);
  gauges.lag.set({ team }, lagSeconds);
  if (revision !== null) gauges.revision.set({ team }, Number(revision));
  gauges.lists.set({ team }, lists);
  for (const { place: endpoint, answers, databaseBytes, alarms } of endpoints) {
    if (answers !== null) gauges.up.set({ team, endpoint }, answers ? 1 : 0);
    if (databaseBytes !== null) gauges.bytes.set({ team, endpoint }, databaseBytes);
    gauges.alarms.set({ team, endpoint }, alarms.length);
  }
  for (const [result, count] of Object.entries(transactions)) gauges.transactions.set({ team, result }, count);
  gauges.keys.set({ team }, teamServer.projection.keys);
  gauges.repairs.set({ team }, teamServer.projection.repairs);
  gauges.broken.set({ team }, teamServer.projection.broken.total);
  gauges.unreadable.set({ team }, teamServer.unreadable.total);
}
