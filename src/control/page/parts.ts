/** The state of each part: the server, each sink, and each cluster with its last call. */
import { html } from "hono/html";
import { counted, formatCount } from "../../base/words.ts";
import { defaultInterval, isAlive } from "../../contract/liveness.ts";
import { answersOn, headingOf } from "../../contract/shown-by.ts";
import { describeRouting } from "../../contract/resolver-words.ts";
import { describeFeeds, describeWatchState } from "../../contract/watch-words.ts";
import { describeTeamNames, describeTeamState } from "../../contract/team-words.ts";
import {
  describeEndpointState,
  describeProjection,
  describeQuorum,
  describeTeamServerState,
  describeTransactions,
} from "../../contract/team-server-words.ts";
import type { Status } from "../../contract/status.ts";
import { renderAge } from "./age.ts";
import { type Markup, clip, enumerate, takeFitting } from "./markup.ts";

const sectionBytes = 7500;

/** Domains of which the page says how much is routed. */
const mostDomains = 8;

type Fact = readonly [title: string, value: Markup | string];

interface Part {
  readonly title: string;
  readonly isWell: boolean;
  /** How it is, in words. */
  readonly state: Markup | string;
  readonly facts: readonly Fact[];
}

/**
 * Renders the section.
 *
 * @param now - milliseconds since 1970
 */
export async function renderParts(status: Status, now: number): Promise<Markup> {
  const parts = [
    describeServer(status, now),
    ...status.sinks.map((sink) => describeSink(sink, status.server, now)),
    ...(status.resolver === undefined ? [] : [describeResolver(status.resolver, now)]),
    ...(status.teamServer === undefined ? [] : [describeTeamServer(status.teamServer, now)]),
    ...(status.teams ?? []).map((team) => describeTeam(team, now)),
    ...status.clusters.map((cluster) => describeCluster(cluster, now)),
  ];
  const { taken, count } = await takeFitting(parts.values().map(renderPart), sectionBytes);
  const more = parts.length - count;
  return html`<div class="parts">${taken}</div>
    ${more > 0 && html`<p class="more">And ${counted(more, "more cluster")}; <code>hostsfile-server status</code> has them.</p>`}`;
}

function renderPart({ title, isWell, state, facts }: Part): Markup {
  return html`<article>
    <h3>${title} <span class="${isWell ? "well" : "unwell"}">${state}</span></h3>
    <dl>
      ${facts.map(
        ([name, value]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
  </article>`;
}

function describeServer({ server }: Status, now: number): Part {
  const callers = server.tokenRequired ? "anyone with a token" : enumerate(["this machine", ...server.allowed]);
  return {
    title: "Server",
    isWell: server.ready,
    state: server.ready ? "ready" : "not ready",
    facts: [
      ["Address", clip(server.address)],
      ["May call", callers],
      ["Version", server.version],
      ["Process", html`${server.pid}, up ${renderAge(server.since, now)}`],
    ],
  };
}

function describeSink(sink: Status["sinks"][number], { dryRun }: Status["server"], now: number): Part {
  const { name, path, ok, lastWrittenAt, method, shown, refused, conflicts, trouble, responder } = sink;
  const others = refused === undefined ? 0 : refused.total - conflicts.total;
  const written: Fact[] =
    lastWrittenAt === null
      ? [["Written", "not since the start"]]
      : [["Written", html`${methodWords(method)} ${renderAge(lastWrittenAt, now)} ago`]];
  return {
    title: headingOf(name),
    isWell: ok,
    state: ok ? "up to date" : "not up to date",
    facts: [
      ...(path === undefined
        ? []
        : [["Path", `${clip(path)}${dryRun ? " (dry run: not written)" : ""}`] satisfies Fact]),
      ...written,
      ...(shown === undefined ? [] : [["Names", counted(shown, "name")] satisfies Fact]),
      ...(others === 0 ? [] : [["Cannot show", counted(others, "record")] satisfies Fact]),
      ...(responder === undefined ? [] : describeResponder(responder, now)),
      ...(conflicts.total === 0 ? [] : [["Your own", counted(conflicts.total, "name")] satisfies Fact]),
      ...(trouble === null ? [] : [["Trouble", clip(trouble.message)] satisfies Fact]),
    ],
  };
}

function describeResponder(responder: NonNullable<Status["sinks"][number]["responder"]>, now: number): readonly Fact[] {
  const { queries, lastQueryAt } = responder;
  return [
    ["Answers on", enumerate(answersOn(responder)) || "no address"],
    [
      "Asked",
      lastQueryAt === null
        ? "not since the start"
        : html`${counted(queries, "time")}, last ${renderAge(lastQueryAt, now)} ago`,
    ],
  ];
}

function describeResolver(resolver: NonNullable<Status["resolver"]>, now: number): Part {
  const { way, sentence, ok, domains, questions, lastQuestionAt } = resolver;
  const asked =
    lastQuestionAt === null
      ? "not since the start"
      : html`${counted(questions ?? 0, "time")}, last ${renderAge(lastQuestionAt, now)} ago`;
  return {
    title: "System resolver",
    isWell: ok,
    state: ok ? (way === "none" ? "left alone" : "asks this server") : "not told",
    facts: [
      ["How", clip(sentence)],
      ...domains.slice(0, mostDomains).map((domain): Fact => [clip(domain.name), clip(describeRouting(domain))]),
      ...(domains.length > mostDomains
        ? [["More", counted(domains.length - mostDomains, "domain")] satisfies Fact]
        : []),
      ...(questions === null ? [] : [["Asked", asked] satisfies Fact]),
    ],
  };
}

function methodWords(method: string | null): string {
  if (method === "rename") return "replaced";
  if (method === "in-place") return "written in place";
  return method === null || method === "memory" ? "changed in memory alone" : clip(method);
}

function describeTeam(team: NonNullable<Status["teams"]>[number], now: number): Part {
  const { name, via, state, since, staleSince, domains, reason } = team;
  const words = describeTeamState(team);
  return {
    title: `Team ${name}`,
    isWell: state === "live",
    state: since === null ? words : html`${words} for ${renderAge(since, now)}`,
    facts: [
      ["From", clip(via)],
      ["Domains", clip(enumerate(domains))],
      ["Names", describeTeamNames(team)],
      ...(staleSince === null ? [] : [["As of", html`${renderAge(staleSince, now)} ago`] satisfies Fact]),
      ...(reason === null ? [] : [["Reason", clip(reason)] satisfies Fact]),
    ],
  };
}

function describeTeamServer(teamServer: NonNullable<Status["teamServer"]>, now: number): Part {
  const { name, live, since, reason, endpoints } = teamServer;
  return {
    title: name === null ? "A team" : `Team ${name}`,
    isWell: live && teamServer.quorum !== false,
    state: html`${describeTeamServerState(teamServer)} for ${renderAge(since, now)}`,
    facts: [
      ...(reason === null ? [] : [["Reason", clip(reason)] satisfies Fact]),
      ...endpoints.map((endpoint): Fact => [clip(endpoint.place), clip(describeEndpointState(endpoint))]),
      ["Quorum", describeQuorum(teamServer)],
      ["Written", describeTransactions(teamServer)],
      ["Published", clip(describeProjection(teamServer))],
    ],
  };
}

type Cluster = Status["clusters"][number];

function describeCluster(cluster: Cluster, now: number): Part {
  const { name, clusterIPs, followsCaller, domains, targets, records, shown, negotiation, watch } = cluster;
  const stored = Object.entries(records).map(([type, count]) => `${formatCount(count)} ${type}`);
  return {
    title: `Cluster ${name}`,
    ...describeSource(cluster, now),
    facts: [
      ...(watch === undefined ? [] : watchFacts(cluster, watch, now)),
      ["Cluster IP", `${enumerate(clusterIPs) || "not set"}${followsCaller ? ", follows ExternalDNS" : ""}`],
      ["Domains", enumerate(domains) || "none"],
      [
        "Names",
        targets === "record" ? `${counted(shown, "name")}, by the records' own targets` : counted(shown, "name"),
      ],
      ["Records", enumerate(stored) || "none"],
      ...(negotiation === null
        ? []
        : [
            [
              "Told",
              html`${renderAge(negotiation.at, now)} ago to look at ${enumerate(negotiation.include) || "everything"}`,
            ] satisfies Fact,
          ]),
    ],
  };
}

/** A cluster that is watched is as well as its watch. */
function describeSource({ watch, lastHeard }: Cluster, now: number): Pick<Part, "isWell" | "state"> {
  if (watch === undefined) {
    const state = lastHeard === null ? "has never called" : html`called ${renderAge(lastHeard, now)} ago`;
    return { isWell: isAlive(lastHeard, defaultInterval, now), state };
  }
  const words = describeWatchState(watch.state);
  const state = watch.since === null ? words : html`${words} for ${renderAge(watch.since, now)}`;
  return { isWell: watch.state === "live", state };
}

function watchFacts(
  cluster: Cluster,
  { user, context, server, reason, kinds }: NonNullable<Cluster["watch"]>,
  now: number,
): readonly Fact[] {
  const who = [user === null ? "a watcher" : `the watcher of ${user}`, context === null ? "" : `context ${context}`];
  const listed = kinds.filter(({ objects, state }) => objects > 0 || state !== "live");
  return [
    ["Fed by", clip(describeFeeds(cluster))],
    ["Watched by", clip(enumerate(who.filter((text) => text !== "")))],
    ...(server === null ? [] : [["API server", clip(server)] satisfies Fact]),
    ...(reason === null ? [] : [["Reason", clip(reason)] satisfies Fact]),
    ...listed.map(({ kind, version, objects, state, lastEvent }): Fact => {
      const count = state === "live" ? counted(objects, "object") : state;
      return [
        clip(`${kind} ${version}`),
        lastEvent === null ? count : html`${count}, last event ${renderAge(lastEvent, now)} ago`,
      ];
    }),
  ];
}
