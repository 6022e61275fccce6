/** What the commands `join`, `leave` and `team` ask the server. What reads a team's store is loaded when it is needed. */
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import { parseJSON } from "../../base/json.ts";
import type { Log } from "../../base/log.ts";
import type { Trouble } from "../../base/trouble.ts";
import { paths, teamRoute, teamWritingsPath } from "../../contract/paths.ts";
import { isFollowURL } from "../../contract/invitation.ts";
import { type Joined, type JoinRequest, joinRequestSchema } from "../../contract/team.ts";
import type { TeamWritings } from "../../contract/writing.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import type { TeamFacts } from "../../engine/team-facts.ts";
import type { FollowedTeam } from "../../engine/teams.ts";
import { answerJSON, answerTrouble } from "../../http/answer.ts";
import type { HTTPEnvironment } from "../../http/environment.ts";
import type { Guard } from "../../http/guard.ts";
import { type TeamName, parseTeamName } from "../../records/team-name.ts";
import { canonicalName } from "../../records/name.ts";
import type { Surroundings } from "./preview.ts";
import { findSandbox } from "./sandbox.ts";
import type { ReadRequest } from "./read-request.ts";
import type { TeamWritingsAnswer } from "./team-source.ts";

/** Starts and ends followers as teams are joined and left. */
export interface TeamControl {
  /** To be called when a team was joined, left, held or released; it is followed anew where it is named. */
  readonly sync: (anew?: TeamName) => Promise<void>;
  /** What is known of the following of a team, once it is live or in trouble, or some seconds have passed. */
  readonly settled: (team: TeamName) => Promise<TeamFacts | undefined>;
  /** Asks a team's store who wrote a name; undefined where nothing is kept of the name. */
  readonly writings: (team: TeamName, name: string) => Promise<TeamWritingsAnswer | undefined>;
}

interface Options {
  readonly reconciler: ReconcilerPort;
  readonly guard: Guard;
  readonly receive: MiddlewareHandler<HTTPEnvironment>;
  readonly control: TeamControl;
  /** Where the user's own lines define names. */
  readonly ownLines: () => Surroundings["ownLines"];
  readonly log: Log;
}

type TeamContext = Context<HTTPEnvironment>;

/** Makes the routes. */
export function teamRoutes(options: Options): Hono<HTTPEnvironment> {
  const { guard, receive } = options;
  const app = new Hono<HTTPEnvironment>({ strict: false });
  const admit = guard.admit("configuration");
  app.post(paths.teamPreview, admit, receive, (context) => preview(context, options));
  app.post(paths.teams, admit, receive, (context) => join(context, options));
  app.delete(teamRoute, admit, (context) => leave(context, options));
  app.post(`${teamRoute}/undo`, admit, receive, (context) => undo(context, options));
  app.post(`${teamRoute}/follow`, admit, receive, (context) => release(context, options));
  app.get(teamWritingsPath(":team", ":name"), guard.admit("detail"), (context) => tellWritings(context, options));
  return app;
}

async function preview(context: TeamContext, options: Options): Promise<Response> {
  const read = await readBody(context, options);
  if (!read.ok) return answerTrouble(context, read.trouble, read.isFar === true ? 502 : 400);
  const { previewTeam } = await import("./preview.ts");
  const { reconciler } = options;
  const found = await previewTeam(read.name, read.settings, {
    view: reconciler.state().view,
    ownLines: options.ownLines(),
    isJoined: find(options, read.name) !== undefined,
  });
  return "code" in found ? answerTrouble(context, found, 502) : answerJSON(context, found);
}

async function join(context: TeamContext, options: Options): Promise<Response> {
  const read = await readBody(context, options, { isExchanged: true });
  if (!read.ok) return answerTrouble(context, read.trouble, read.isFar === true ? 502 : 400);
  const { name, settings } = read;
  const outcome = await options.reconciler.change((store) => store.teams.join(name, settings));
  if (!outcome.ok && !outcome.stored) return answerTrouble(context, outcome.trouble, 503);
  options.log.info(
    { code: "team-joined", team: name, domains: settings.domains },
    `Joined the team ${name}: it may have names in ${settings.domains.join(", ")}.`,
  );
  return answerState(context, options, name);
}

async function leave(context: TeamContext, options: Options): Promise<Response> {
  const name = joinedIn(context, options);
  if (name === undefined) return unknown(context);
  const outcome = await options.reconciler.change((store) => store.teams.leave(name));
  if (!outcome.ok && !outcome.stored) return answerTrouble(context, outcome.trouble, 503);
  await options.control.sync();
  options.log.info({ code: "team-left", team: name }, `Left the team ${name}; its names are gone.`);
  return context.body("");
}

async function undo(context: TeamContext, options: Options): Promise<Response> {
  const name = joinedIn(context, options);
  if (name === undefined) return unknown(context);
  let isDone = false;
  const outcome = await options.reconciler.changeInSteps(function* (store) {
    isDone = yield* store.teams.undoInSteps(name);
  });
  if (!outcome.ok && !outcome.stored) return answerTrouble(context, outcome.trouble, 503);
  if (!isDone) return answerTrouble(context, nothingKept(name), 409);
  return answerState(context, options, name);
}

async function release(context: TeamContext, options: Options): Promise<Response> {
  const name = joinedIn(context, options);
  if (name === undefined) return unknown(context);
  const outcome = await options.reconciler.change((store) => store.teams.release(name));
  if (!outcome.ok && !outcome.stored) return answerTrouble(context, outcome.trouble, 503);
  return answerState(context, options, name);
}

async function tellWritings(context: TeamContext, options: Options): Promise<Response> {
  const team = joinedIn(context, options);
  if (team === undefined) return unknown(context);
  const answer = await options.control.writings(team, canonicalName(context.req.param("name") ?? ""));
  if (answer === undefined) return answerJSON(context, { error: "Not Found" }, 404);
  if (!answer.ok) return answerTrouble(context, answer.trouble, 502);
  const writings: TeamWritings = { team, ...answer.found };
  return answerJSON(context, writings);
}

async function answerState(context: TeamContext, options: Options, name: TeamName): Promise<Response> {
  await options.control.sync(name);
  const facts = await options.control.settled(name);
  const joined: Joined = { name, names: find(options, name)?.names ?? 0, isLive: facts?.state === "live" };
  return answerJSON(context, joined);
}

type ReadBody = ReadRequest & {
  /** Whether somebody else than this server says no. */
  readonly isFar?: boolean;
};

/** @param isExchanged - whether an invitation is to be used up */
async function readBody(context: TeamContext, options: Options, { isExchanged = false } = {}): Promise<ReadBody> {
  const request = joinRequestSchema.safeParse(parseJSON(context.get("body")));
  if (!request.success) return { ok: false, trouble: badBody };
  if (isFollowURL(request.data.url)) return readInvitation(request.data, options, isExchanged);
  const { readJoinRequest } = await import("./read-request.ts");
  return readJoinRequest(request.data);
}

/** An invitation is used up last, once nothing else can be wrong. */
async function readInvitation(asked: JoinRequest, { reconciler }: Options, isExchanged: boolean): Promise<ReadBody> {
  const { exchangeInvitation, lookAtInvitation } = await import("./servers/invitation-exchange.ts");
  const { readJoinRequest } = await import("./read-request.ts");
  const teams = reconciler.read((store) => store.teams.list());
  const invited = await lookAtInvitation(asked, teams);
  if (!invited.ok) return { ...invited, trouble: (await findSandbox()) ?? invited.trouble, isFar: true };
  const { request, follow } = invited;
  const read = readJoinRequest(request, follow);
  if (!read.ok || !isExchanged) return read;
  const exchanged = await exchangeInvitation(request, follow, teams);
  return exchanged.ok ? readJoinRequest(request, exchanged.follow) : { ...exchanged, isFar: true };
}

const badBody: Trouble = {
  code: "team-request-invalid",
  message: "The body is not what is asked for.",
  hint: "Let the command do it: hostsfile-server join.",
};

/** The team that the path names, if it is joined. */
function joinedIn(context: TeamContext, options: Options): TeamName | undefined {
  const name = parseTeamName(context.req.param("team") ?? "");
  return name === undefined ? undefined : find(options, name)?.name;
}

function find({ reconciler }: Options, name: TeamName): FollowedTeam | undefined {
  return reconciler.read(({ teams }) => teams.list().find((team) => team.name === name));
}

function unknown(context: TeamContext): Response {
  const team = context.req.param("team") ?? "";
  const trouble: Trouble = {
    code: "team-unknown",
    message: `The team ${JSON.stringify(team)} is not joined.`,
    hint: "See which are:",
    command: "hostsfile-server status",
  };
  return answerTrouble(context, trouble, 404);
}

function nothingKept(name: TeamName): Trouble {
  return {
    code: "team-nothing-kept",
    message: `Of the team ${name} no earlier list is kept, since none lost most of its names.`,
    hint: "Nothing needs to be done.",
  };
}
