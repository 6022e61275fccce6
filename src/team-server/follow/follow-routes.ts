/** What desktops ask a team server, and what it answers from memory. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { readAtMost } from "../../base/read-at-most.ts";
import { parseJSON } from "../../base/json.ts";
import { printableJSON } from "../../base/printable.ts";
import {
  type TeamAbout,
  exchangeSchema,
  followPaths,
  lineSchema,
  linesType,
  teamHeader,
} from "../../contract/follow.ts";
import type { EtcdClient } from "../../etcd/client.ts";
import { toWritings } from "../../contract/writing.ts";
import { type ManagedDomain, isManaged, parseManagedDomain } from "../../records/managed-domain.ts";
import { parseDNSName } from "../../records/name.ts";
import type { Follower } from "../follower.ts";
import { domainsToRead } from "../plan/desktop.ts";
import { metaKey } from "../plan/keys.ts";
import type { TeamStore } from "../team-store.ts";
import { findWritings } from "../writings.ts";
import { type Refusal, badRequest, notNow, outsideDomains } from "./answers.ts";
import type { Desktops, Reader } from "./desktops.ts";
import type { Hub } from "./hub.ts";
import { Audience, type FollowPosition } from "./lines.ts";
import type { ListPages } from "./list-pages.ts";
import type { GoneReason } from "./publication.ts";

interface Options {
  readonly client: Pick<EtcdClient, "get">;
  readonly follower: Follower;
  readonly desktops: Desktops;
  readonly hub: Hub;
  readonly lists: ListPages;
  /** Desktops that may follow at a time. */
  readonly mostFollowers: number;
}

/** Bytes of the body of an exchange. */
const bodyMost = 4096;

/** Domains that a desktop may name. */
const mostDomains = 100;

/** Questions about writers at a time, each of which costs etcd a read: ten thousand desktops must not keep it busy. */
const mostQuestions = 8;

/** Milliseconds for which a desktop may take nothing of a list. */
const listPatience = 30_000;

/** A path that nobody needs a token for: whether this server can be asked, for a proxy before it. */
const readyPath = "/readyz";

export class FollowRoutes {
  readonly #options: Options;
  #questions = 0;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Answers one request. */
  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What is gone while it is answered is nobody's concern.
    response.on("error", () => undefined);
    const { method = "", url = "" } = request;
    const { pathname, searchParams } = URL.parse(url, "http://team") ?? new URL("http://team");
    const wanted = pathname === followPaths.join ? "POST" : "GET";
    if (pathname !== readyPath && !Object.values<string>(followPaths).includes(pathname)) {
      return answerRefusal(response, {
        status: 404,
        trouble: { ...badRequest.trouble, message: "There is nothing here." },
      });
    }
    if (method !== wanted) {
      return answerRefusal(response, {
        status: 405,
        trouble: { ...badRequest.trouble, message: `Only ${wanted} is answered here.` },
      });
    }
    const store = this.#store();
    if ("status" in store) return answerRefusal(response, store);
    if (pathname === readyPath) return void response.end("ready\n");
    response.setHeader(teamHeader, store.meta?.id ?? "");
    if (pathname === followPaths.join) return this.#join(request, response);
    const reader = await this.#options.desktops.identify(request.headers.authorization);
    if ("status" in reader) return answerRefusal(response, reader);
    if (pathname === followPaths.team) return answerJSON(response, 200, aboutOf(store, reader));
    if (pathname === followPaths.writings) return this.#writings(response, reader, searchParams.get("name"));
    const domains = readDomains(searchParams.get("domains"));
    const heard = domains && domainsToRead(reader.domains, domains);
    if (heard === undefined) return answerRefusal(response, domains === undefined ? badRequest : outsideDomains);
    const audience = new Audience(heard);
    if (pathname === followPaths.list) return this.#list(response, store, audience);
    const from = lineSchema.shape.position.safeParse(Object.fromEntries(searchParams)).data;
    if (from === undefined) return answerRefusal(response, badRequest);
    return this.#follow(response, { store, reader, audience, from });
  }

  /** What is known, unless it must not be given out: it is not what etcd has now. */
  #store(): TeamStore | Refusal {
    const { store, trouble } = this.#options.follower;
    if (store === undefined || trouble !== undefined) return notNow(trouble?.message ?? "");
    return store;
  }

  async #join(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAtMost(request, bodyMost);
    const asked = exchangeSchema.safeParse(parseJSON(body ?? "")).data;
    if (asked === undefined) return answerRefusal(response, badRequest);
    const joined = await this.#options.desktops.join(request.headers.authorization, asked);
    if ("status" in joined) return answerRefusal(response, joined);
    return answerJSON(response, 200, { id: joined.id });
  }

  async #writings(response: ServerResponse, { domains }: Reader, text: string | null): Promise<void> {
    const name = parseDNSName(text ?? "");
    if (name === undefined) return answerRefusal(response, badRequest);
    if (domains.length > 0 && !isManaged(name, new Set(domains))) return answerRefusal(response, outsideDomains);
    if (this.#questions >= mostQuestions) return answerRefusal(response, notNow("Too many desktops ask at once."));
    this.#questions += 1;
    try {
      const found = await findWritings(this.#options, name);
      if (!found.ok) return answerRefusal(response, notNow(found.failure.trouble.message));
      return answerJSON(response, 200, { writings: toWritings(found.value) });
    } finally {
      this.#questions -= 1;
    }
  }

  async #list(response: ServerResponse, { publication }: TeamStore, audience: Audience): Promise<void> {
    const pages = await this.#options.lists.get(publication, audience);
    response.writeHead(200, { "content-type": linesType, "content-encoding": "gzip", "cache-control": "no-store" });
    response.setTimeout(listPatience, () => response.destroy());
    for (const page of pages) {
      if (response.destroyed) return;
      if (!response.write(page)) await drained(response);
    }
    response.end();
  }

  async #follow(
    response: ServerResponse,
    { store, reader, audience, from }: { store: TeamStore; reader: Reader; audience: Audience; from: FollowPosition },
  ): Promise<void> {
    const { publication } = store;
    const { hub, mostFollowers, follower } = this.#options;
    if (hub.size >= mostFollowers) return answerRefusal(response, notNow("As many desktops follow as may."));
    if (publication.isAhead(from)) {
      // Another server told it what has not come here yet, or etcd went back to an older state.
      const now = await this.#options.client.get(metaKey);
      if (!now.ok) return answerRefusal(response, notNow(now.failure.trouble.message));
      publication.note(now.value.header);
    }
    const reason = publication.reasonGone(from);
    if (reason !== undefined) return answerGone(response, reason);
    // While etcd was asked, everything may have been listed again, or the desktop may have been sent away.
    if (follower.store !== store || response.destroyed) return void response.destroy();
    response.writeHead(200, { "content-type": linesType, "cache-control": "no-store", "x-accel-buffering": "no" });
    hub.add(reader.id, { audience, response, publication, at: BigInt(from.revision) });
  }
}

function aboutOf({ meta, settings }: TeamStore, { domains }: Reader): TeamAbout {
  const all = [...settings.values()].flatMap((each) => each.domains);
  return {
    name: meta?.name ?? "",
    id: meta?.id ?? "",
    domains: [...(domains.length > 0 ? domains : new Set(all))].toSorted(),
  };
}

/** None where nothing was asked for; undefined for what are not domains. */
function readDomains(text: string | null): readonly ManagedDomain[] | undefined {
  if (text === null || text === "") return [];
  const texts = text.split(",");
  const domains = texts.flatMap((each) => parseManagedDomain(each) ?? []);
  return domains.length === texts.length && texts.length <= mostDomains ? domains : undefined;
}

async function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  response.once("drain", resolve);
  response.once("close", resolve);
  await promise;
  response.off("drain", resolve);
  response.off("close", resolve);
}

function answerGone(response: ServerResponse, reason: GoneReason): void {
  answerJSON(response, 410, { reason });
}

/** Says no. */
export function answerRefusal(response: ServerResponse, { status, trouble: { code, message } }: Refusal): void {
  if (status === 401) response.setHeader("www-authenticate", 'Bearer realm="hostsfile-server"');
  response.setHeader("connection", "close");
  answerJSON(response, status, { error: message, code });
}

function answerJSON(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(`${printableJSON(value)}\n`);
}
