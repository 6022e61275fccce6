/** A team behind its servers: lists from one of them, and follows it from the position on; the next takes over when it fails. */
import { createGunzip } from "node:zlib";
import type { IncomingMessage } from "node:http";
import { parseJSON } from "../../../base/json.ts";
import type { Trouble } from "../../../base/trouble.ts";
import {
  type FollowLine,
  beatSeconds,
  followPaths,
  followedWritingsSchema,
  goneSchema,
} from "../../../contract/follow.ts";
import { type FollowLink, parseFollowLink } from "../../../contract/invitation.ts";
import type { TeamLink, TeamPosition } from "../../../engine/teams.ts";
import { outermost } from "../../../records/managed-domain.ts";
import type { TeamRow } from "../../../records/team.ts";
import { usualPath } from "../../../records/skydns-key.ts";
import type { KeyChange } from "../skydns/team-model.ts";
import type { TeamList, TeamNews, TeamSource, TeamWritingsAnswer } from "../team-source.ts";
import { NotLinesError, readLines } from "./line-reader.ts";
import { ServerClient, readShort } from "./server-client.ts";
import { explainFailure, notTeamServer } from "./trouble.ts";

interface Options {
  readonly link: TeamLink;
  readonly domains: readonly string[];
  /** Names that were agreed to. */
  readonly mostNames: number;
}

/** Milliseconds without a line after which a stream is dead: two bookmarks were missed. */
const silenceMost = 2.5 * beatSeconds * 1000;

/** Milliseconds that a list may take, and in which a byte of it must come. */
const [listMost, listSilence] = [300_000, 30_000];

/** Milliseconds for all servers together, and for one, until they have said who wrote a name: somebody waits for it. */
const [writingsMost, writingsPatience] = [6_000, 3_000];

/** Bytes of a list for each name that was agreed to, and beyond them. */
const [bytesPerName, spareBytes] = [4096, 4 * 1024 * 1024];

export class ServersTeamSource implements TeamSource {
  readonly #client: ServerClient;
  readonly #query: string;
  readonly #bytesMost: number;

  /** Connects at the first call. */
  constructor({ link, domains, mostNames }: Options) {
    this.#client = openServerClient(link);
    this.#query = `domains=${outermost(domains).join()}`;
    this.#bytesMost = mostNames * bytesPerName + spareBytes;
  }

  async list(take: (page: readonly KeyChange[]) => void, signal: AbortSignal): Promise<TeamList> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(listMost)]);
    const answer = await this.#client.ask({ path: `${followPaths.list}?${this.#query}`, signal: limited });
    if (!answer.ok) return answer;
    const { response, place } = answer;
    response.setTimeout(listSilence, () => response.destroy(new Error("nothing came for a while")));
    let position: TeamPosition | undefined;
    try {
      const content = response.headers["content-encoding"] === "gzip" ? unzip(response) : response;
      for await (const line of readLines(content as AsyncIterable<Buffer>, this.#bytesMost)) {
        if (position !== undefined) throw new NotLinesError("its list goes on behind its end");
        take(changesOf(line));
        ({ position } = line);
      }
      if (position !== undefined) return { ok: true, position };
      throw new Error("the list was cut off");
    } catch (error) {
      response.destroy();
      this.#client.leave();
      return { ok: false, trouble: explain(error, place) };
    }
  }

  async writings({ entry: { name } }: TeamRow): Promise<TeamWritingsAnswer> {
    const path = `${followPaths.writings}?name=${encodeURIComponent(name)}`;
    const answer = await this.#client.ask({
      path,
      signal: AbortSignal.timeout(writingsMost),
      patience: writingsPatience,
    });
    if (!answer.ok) return answer;
    const { response, place } = answer;
    const text = await readShort(response).catch(() => undefined);
    const { data } = followedWritingsSchema.safeParse(parseJSON(text ?? ""));
    if (data === undefined) return { ok: false, trouble: notTeamServer(place, "it does not say who wrote a name") };
    return { ok: true, found: { via: place, writings: data.writings, keys: [] } };
  }

  async *follow(from: TeamPosition, signal: AbortSignal): AsyncGenerator<TeamNews, void> {
    const { cluster, revision, term } = from;
    const position = `cluster=${cluster}&revision=${revision}&term=${term}`;
    const answer = await this.#client.ask({ path: `${followPaths.changes}?${this.#query}&${position}`, signal });
    if (signal.aborted) return;
    if (!answer.ok) return yield { kind: "broken", trouble: answer.trouble };
    const { response, place, status } = answer;
    try {
      if (status === 410) return yield await readGone(response, place);
      response.setTimeout(silenceMost, () => response.destroy(new Error(`nothing came for ${silenceMost / 1000} s`)));
      yield* this.#news(response, from);
      throw new Error("it ended the connection");
    } catch (error) {
      this.#client.leave();
      if (!signal.aborted) yield { kind: "broken", trouble: explain(error, place) };
    } finally {
      response.destroy();
    }
  }

  /** Each call has a connection of its own. */
  renew(): void {}

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]();
  }

  async *#news(response: IncomingMessage, from: TeamPosition): AsyncGenerator<TeamNews, void> {
    let position = from;
    let isLive = false;
    for await (const line of readLines(response as AsyncIterable<Buffer>)) {
      if (!isLive) yield { kind: "live" };
      isLive = true;
      if (line.position !== undefined) {
        if (!isAfter(line.position, position)) throw new NotLinesError("it goes back to an earlier position");
        ({ position } = line);
      }
      const changes = changesOf(line);
      if (changes.length === 0) yield { kind: "bookmark", position };
      else yield { kind: "changes", position, changes };
    }
  }
}

/** Opens the way to the servers of a link. */
function openServerClient({ url, authority, follow }: TeamLink): ServerClient {
  const link: FollowLink | undefined = parseFollowLink(url);
  if (link === undefined || follow === undefined) throw new Error(`not a link to team servers: ${url}`);
  return new ServerClient({ servers: link.servers, authority, token: follow.token, team: follow.team });
}

function isAfter(next: TeamPosition, known: TeamPosition): boolean {
  return next.cluster === known.cluster && BigInt(next.revision) >= BigInt(known.revision);
}

/** What is torn or no gzip ends it with an error. */
function unzip(response: IncomingMessage): AsyncIterable<Buffer> {
  const unzipped = createGunzip();
  response.on("error", (error) => unzipped.destroy(error));
  response.on("close", () => {
    if (!response.complete) unzipped.destroy(new Error("the list was cut off"));
  });
  return response.pipe(unzipped);
}

async function readGone(response: IncomingMessage, place: string): Promise<TeamNews> {
  const gone = goneSchema.safeParse(parseJSON((await readShort(response)) ?? "")).data;
  if (gone === undefined) return { kind: "broken", trouble: notTeamServer(place, "it answers 410") };
  return { kind: "gone", reason: gone.reason };
}

function explain(error: unknown, place: string): Trouble {
  return error instanceof NotLinesError ? notTeamServer(place, error.message) : explainFailure(error, place);
}

/** Keys come without the path that the team has them under. */
function changesOf({ set = [], unset = [] }: FollowLine): readonly KeyChange[] {
  const there = set.map(([key, value]): KeyChange => ({ key: usualPath + key, value }));
  return [...there, ...unset.map((key): KeyChange => ({ key: usualPath + key, value: undefined }))];
}
