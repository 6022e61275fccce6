/** The status as text for a person: one screen, the state of each part first, what needs attention last. */
import { formatAge } from "../../base/age.ts";
import { answersOn, headingOf, shownBy } from "../../contract/shown-by.ts";
import { sortAttention } from "../../contract/attention.ts";
import type { Status } from "../../contract/status.ts";
import { printable } from "../../base/printable.ts";
import { type Terminal, wrap } from "../terminal.ts";
import { counted, formatCount } from "../../base/words.ts";
import { resolverRows } from "./resolver-rows.ts";
import { describeTeamNames, describeTeamState } from "../../contract/team-words.ts";
import { describeTeamServerState } from "../../contract/team-server-words.ts";
import { teamServerRows } from "./team-server-rows.ts";
import { watchRows } from "./watch-rows.ts";
import { hintOf } from "../../base/trouble.ts";

type Cluster = Status["clusters"][number];

/** Items of a list that are printed before the rest is counted. */
const mostListed = 10;

/** Columns before the value of a row. */
const labelWidth = 15;

/**
 * Renders the status.
 *
 * @param status - as the server gave it
 * @param options - the time, for ages; and where it is shown
 */
export function renderStatus(status: Status, options: StatusTextOptions): string {
  return [...describeParts(status, options), "", ...describeAttention(status, options.terminal), ""].join("\n");
}

interface StatusTextOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly terminal: Terminal;
}

/** The lines of the status but for what needs attention: those that may be cut where there is no room. */
export function describeParts(status: Status, { now, terminal }: StatusTextOptions): readonly string[] {
  const screen: Screen = { terminal, now, age: (moment) => formatAge(moment, now) };
  const sections = [
    renderServer(status, screen),
    ...status.clusters.map((cluster) => renderCluster(cluster, status, screen)),
    ...(status.teams ?? []).map((team) => renderTeam(team, status, screen)),
    ...(status.teamServer === undefined ? [] : [renderTeamServer(status.teamServer, screen)]),
    ...status.sinks.map((sink) => renderSink(sink, status, screen)),
    ...(status.resolver === undefined ? [] : [renderResolver(status.resolver, screen)]),
  ];
  return sections.flatMap((lines, index) => (index === 0 ? lines : ["", ...lines]));
}

interface Screen {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly terminal: Terminal;
  /** The time since a moment. */
  readonly age: (moment: string) => string;
}

function renderServer({ server }: Status, { terminal, age }: Screen): readonly string[] {
  const { paint } = terminal;
  const callers = server.tokenRequired ? "anyone with a token" : ["this machine", ...server.allowed].join(", ");
  const state = server.ready ? paint("good", "is ready") : paint("bad", "is NOT READY");
  return [
    `${paint("strong", `hostsfile-server ${server.version}`)} ${state}`,
    ...row(terminal, "process", `pid ${server.pid}, since ${formatLocal(server.since)} (${age(server.since)})`),
    ...row(terminal, "address", server.address),
    ...row(terminal, "may call", callers),
  ];
}

function renderCluster(cluster: Cluster, status: Status, { terminal, age, now }: Screen): readonly string[] {
  const { name, clusterIPs, followsCaller, domains, targets, records, lastHeard, caller, negotiation } = cluster;
  const counts = Object.entries(records).map(([type, count]) => `${count} ${type}`);
  const watched = watchRows(cluster, now);
  const isHeard = watched.length === 0 || lastHeard !== null || negotiation !== null;
  const called = lastHeard === null ? "never" : `${age(lastHeard)} ago${caller === null ? "" : ` from ${caller}`}`;
  const told = negotiation && `${age(negotiation.at)} ago: ${listed(negotiation.include) || "every domain"}`;
  return [
    terminal.paint("strong", `Cluster ${name}`),
    ...row(
      terminal,
      "cluster IP",
      `${clusterIPs.join(", ") || "not set"}${followsCaller ? ", follows ExternalDNS" : ""}`,
    ),
    ...row(terminal, "domains", listed(domains) || "none"),
    ...(targets === "cluster" ? [] : row(terminal, "targets", "each record's own addresses")),
    ...watched.flatMap(([label, value]) => row(terminal, label, value)),
    ...(isHeard ? row(terminal, "negotiated", told ?? "never") : []),
    ...(isHeard ? row(terminal, "last call", called) : []),
    ...row(terminal, "records", counts.join(", ") || "none"),
    ...row(terminal, "shown", shownNames(cluster, status)),
    ...exceptions(terminal, "not shown", ofCluster(status.notShown, name)),
    ...exceptions(terminal, "left out", ofCluster(status.leftOut, name)),
  ];
}

function renderTeam(
  team: NonNullable<Status["teams"]>[number],
  status: Status,
  { terminal, age }: Screen,
): readonly string[] {
  const { name, via, state, since, staleSince, domains } = team;
  const time = since === null ? "" : ` for ${age(since)}`;
  const known = status.names.list.filter((entry) => entry.team === name).map((entry) => withSinks(entry, status));
  return [
    `${terminal.paint("strong", `Team ${name}`)} ${terminal.paint(state === "live" ? "good" : "bad", describeTeamState(team))}${time}`,
    ...row(terminal, "from", via),
    ...row(terminal, "domains", listed(domains)),
    ...row(
      terminal,
      "names",
      `${describeTeamNames(team)}${known.length === 0 ? "" : `: ${listed(known, team.shown)}`}`,
    ),
    ...(staleSince === null ? [] : row(terminal, "as of", `${formatLocal(staleSince)} (${age(staleSince)} ago)`)),
    ...exceptions(terminal, "not shown", ofCluster(status.notShown, `team:${name}`)),
  ];
}

function renderTeamServer(teamServer: NonNullable<Status["teamServer"]>, { terminal, age }: Screen): readonly string[] {
  const { name, live, since } = teamServer;
  const { paint } = terminal;
  const title = name === null ? "A team" : `Team ${name}`;
  const state = `${describeTeamServerState(teamServer)} for ${age(since)}`;
  const rows = teamServerRows(teamServer).flatMap(([label, value]) => row(terminal, label, value));
  return [`${paint("strong", title)} ${paint(live ? "good" : "bad", state)}`, ...rows];
}

function shownNames({ name, shown }: Cluster, status: Status): string {
  const known = status.names.list.filter(({ cluster }) => cluster === name).map((entry) => withSinks(entry, status));
  return known.length === 0 ? counted(shown, "name") : `${counted(shown, "name")}: ${listed(known, shown)}`;
}

/** A name, with the sinks that show it where not all of them do. */
function withSinks(entry: Status["names"]["list"][number], status: Status): string {
  const titles = shownBy(status, entry) ?? [];
  const isPart = titles.length > 0 && titles.length < status.sinks.length;
  return isPart ? `${entry.name} (${titles.join(", ")})` : entry.name;
}

/** The first of a list, and how many more there are of it. */
function listed(items: readonly string[], total = items.length): string {
  const first = items.slice(0, mostListed);
  return first.join(", ") + (total > first.length ? ` and ${formatCount(total - first.length)} more` : "");
}

/** What is known of a cluster's exceptions: the status lists the first of all clusters together. */
function ofCluster({ total, list }: Status["notShown"], cluster: string): readonly string[] {
  const sentences = list.filter((entry) => entry.cluster === cluster).map(({ sentence }) => sentence);
  return firstOf(sentences, total > list.length);
}

/** @param isMore - whether there are more than these */
function firstOf(sentences: readonly string[], isMore = false): readonly string[] {
  const more = sentences.length - mostListed;
  if (more <= 0) return sentences;
  const count = `${isMore ? "at least " : ""}${formatCount(more)}`;
  return [...sentences.slice(0, mostListed), `and ${count} more; --json lists them`];
}

function exceptions(terminal: Terminal, label: string, sentences: readonly string[]): readonly string[] {
  return sentences.flatMap((sentence, index) => row(terminal, index === 0 ? label : "", sentence));
}

function renderSink(
  sink: Status["sinks"][number],
  { server, sinks }: Status,
  { terminal, age }: Screen,
): readonly string[] {
  const { name, path, ok, lastWrittenAt, method, conflicts, refused, responder } = sink;
  // With one sink only, what it refuses is said of the cluster.
  const others = sinks.length > 1 ? (refused?.list ?? []).filter(({ line }) => line === undefined) : [];
  const { paint } = terminal;
  const state = ok ? paint("good", "is up to date") : paint("bad", "is NOT up to date");
  const written = lastWrittenAt === null ? "not since the start" : `${age(lastWrittenAt)} ago, ${methodWords(method)}`;
  const title = [headingOf(name), path ?? []].flat().join(" ");
  const yours = conflicts.list.map((conflict) => `${conflict.name} (line ${conflict.line})`);
  return [
    `${paint("strong", title)} ${state}`,
    ...row(
      terminal,
      "written",
      `${written}${server.dryRun && path !== undefined ? " (dry run: the file is left alone)" : ""}`,
    ),
    ...(responder === undefined ? [] : renderResponder(responder, { terminal, age })),
    ...(yours.length === 0 ? [] : row(terminal, "your lines", listed(yours, conflicts.total))),
    ...exceptions(terminal, "cannot show", firstOf(others.map(({ sentence }) => sentence))),
  ];
}

type Responder = NonNullable<Status["sinks"][number]["responder"]>;

function renderResponder(responder: Responder, { terminal, age }: Pick<Screen, "terminal" | "age">): readonly string[] {
  const { queries, lastQueryAt } = responder;
  const last = lastQueryAt === null ? "no query since the start" : `last query ${age(lastQueryAt)} ago`;
  return [
    ...row(terminal, "answers on", answersOn(responder).join(", ") || "no address"),
    ...row(terminal, "asked", `${formatCount(queries)} times, ${last}`),
  ];
}

function renderResolver(resolver: NonNullable<Status["resolver"]>, { terminal, now }: Screen): readonly string[] {
  const { way, ok } = resolver;
  const { paint } = terminal;
  const state = ok ? paint("good", way === "none" ? "is left alone" : "is told") : paint("bad", "is NOT told");
  const rows = resolverRows(resolver, now).flatMap(([label, value]) => row(terminal, label, value));
  return [`${paint("strong", "System resolver")} ${state}`, ...rows];
}

function methodWords(method: string | null): string {
  if (method === "rename") return "replaced";
  if (method === "in-place") return "written in place";
  return method === null || method === "memory" ? "in memory alone" : method;
}

/** The lines that say what needs attention, and what else is worth knowing. */
export function describeAttention({ attention }: Status, terminal: Terminal): readonly string[] {
  const { needed, news } = sortAttention(attention);
  const { paint } = terminal;
  return [
    needed.length === 0 ? paint("good", "Nothing needs attention.") : paint("bad", "Needs attention"),
    ...needed.flatMap((item) => describeItem(item, terminal)),
    ...(news.length === 0 ? [] : ["", paint("strong", "Worth knowing")]),
    ...news.flatMap((item) => describeItem(item, terminal)),
  ];
}

function describeItem(
  { code, message, command, ...advice }: Status["attention"][number],
  { width, paint }: Terminal,
): readonly string[] {
  return [
    ...wrap(`${message} [${code}]`, width, { first: "  ", others: "  " }),
    ...wrap(hintOf(advice), width, { first: "    ", others: "    " }),
    ...(command === undefined ? [] : [`      ${paint("command", printable(command))}`]),
  ];
}

/** A label and its value, with further lines of the value under its first. */
function row({ width, paint }: Terminal, label: string, value: string): readonly string[] {
  const others = " ".repeat(labelWidth);
  const [first = "", ...rest] = wrap(value, width, { first: others, others });
  return [`  ${paint("faint", label)}${" ".repeat(labelWidth - 2 - label.length)}${first.slice(labelWidth)}`, ...rest];
}

/** A moment on the clocks of this place, as in `2026-11-22 23:15`. */
function formatLocal(moment: string): string {
  const time = new Date(moment);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16).replace("T", " ");
}
