/** Asks the servers of a team, over HTTPS: one of them until it fails, then the next. */
import { once } from "node:events";
import { type IncomingMessage, type RequestOptions, Agent, request as plainRequest } from "node:http";
import { Agent as TLSAgent, request as tlsRequest } from "node:https";
import { isIP } from "node:net";
import { readAtMost } from "../../../base/read-at-most.ts";
import { parseJSON } from "../../../base/json.ts";
import type { Trouble } from "../../../base/trouble.ts";
import { refusalSchema, teamHeader } from "../../../contract/follow.ts";
import { type FollowServer, formatServer } from "../../../contract/invitation.ts";
import { anotherTeam, explainFailure, explainRefusal, notTeamServer } from "./trouble.ts";

interface Options {
  readonly servers: readonly FollowServer[];
  /** The only authorities that may have signed their certificates (PEM); the system's when undefined. */
  readonly authority: string | undefined;
  /** As `ID.SECRET`: a token, or an invitation. */
  readonly token: string;
  /** The id of the team that must answer; any when undefined. */
  readonly team: string | undefined;
}

interface Question {
  readonly method?: "GET" | "POST";
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  /** Milliseconds until the head of an answer, and without a byte of it; 10 s unless given. */
  readonly patience?: number;
  readonly signal: AbortSignal;
}

/** An answer whose body has not been read. */
export interface Answer {
  readonly ok: true;
  readonly status: number;
  readonly response: IncomingMessage;
  /** Who answered, as in `https://t1.example.com:5443`. */
  readonly place: string;
}

/** Milliseconds. */
const usualPatience = 10_000;

/** Bytes of a short answer. */
const bodyMost = 256 * 1024;

/** What is told of the next server is worth more than that of this one: it is the only one, or says no to this desktop. */
const isFinal = ({ status }: { readonly status: number }): boolean =>
  [400, 401, 403, 410].includes(status) || status < 300;

export class ServerClient implements Disposable {
  readonly #options: Options;
  readonly #agents = { plain: new Agent({ keepAlive: false }), tls: new TLSAgent({ keepAlive: false }) };
  /** Many desktops that begin at once do not all begin with the same server. */
  #index: number;

  constructor(options: Options) {
    this.#options = options;
    this.#index = Math.floor(Math.random() * options.servers.length);
  }

  /**
   * Asks the servers, each at most once, until one answers; 2xx and 410 are answers.
   *
   * @returns the trouble of the last that was asked, where none does
   */
  async ask(question: Question): Promise<Answer | { readonly ok: false; readonly trouble: Trouble }> {
    const { servers } = this.#options;
    let trouble: Trouble | undefined;
    for (let left = servers.length; left > 0; left -= 1) {
      const server = servers[this.#index % servers.length];
      if (server === undefined || question.signal.aborted) break;
      const answer = await this.#askOne(server, question);
      if (answer.ok) return answer;
      trouble = answer.trouble;
      if (answer.isFinal) break;
      this.leave();
    }
    return { ok: false, trouble: trouble ?? explainFailure(new Error("it was not asked"), "") };
  }

  /** Asks another server from now on. */
  leave(): void {
    this.#index += 1;
  }

  [Symbol.dispose](): void {
    this.#agents.plain.destroy();
    this.#agents.tls.destroy();
  }

  async #askOne(
    server: FollowServer,
    { method = "GET", path, body, signal, patience = usualPatience }: Question,
  ): Promise<Answer | { readonly ok: false; readonly trouble: Trouble; readonly isFinal: boolean }> {
    const place = formatServer(server);
    const { authority, token, team } = this.#options;
    const options: RequestOptions = {
      method,
      host: server.host,
      port: server.port,
      path,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { "content-type": "application/json", "content-length": Buffer.byteLength(body) }),
      },
      timeout: patience,
      signal,
    };
    try {
      const request = server.isEncrypted
        ? tlsRequest({
            ...options,
            agent: this.#agents.tls,
            ca: authority,
            servername: isIP(server.host) === 0 ? server.host : "",
          })
        : plainRequest({ ...options, agent: this.#agents.plain });
      // Also when nobody waits for it any more.
      request.on("error", () => undefined);
      request.on("timeout", () => request.destroy(new Error(`nothing came for ${patience / 1000} s`)));
      request.end(body);
      const [response] = (await once(request, "response", { signal })) as [IncomingMessage];
      response.on("error", () => undefined);
      const { statusCode: status = 0, headers } = response;
      if (team !== undefined && headers[teamHeader] !== undefined && headers[teamHeader] !== team) {
        response.destroy();
        return { ok: false, trouble: anotherTeam(place), isFinal: false };
      }
      if ((status >= 200 && status < 300) || status === 410) return { ok: true, status, response, place };
      const refusal = refusalSchema.safeParse(parseJSON((await readShort(response)) ?? "")).data;
      const trouble =
        refusal === undefined
          ? notTeamServer(place, `it answers ${status}`)
          : explainRefusal({ status, code: refusal.code, message: refusal.error }, place);
      return { ok: false, trouble, isFinal: refusal !== undefined && isFinal({ status }) };
    } catch (error) {
      return { ok: false, trouble: explainFailure(signal.aborted ? signal.reason : error, place), isFinal: false };
    }
  }
}

/** Reads a short answer; undefined for a longer one. */
export async function readShort(response: IncomingMessage): Promise<string | undefined> {
  response.setTimeout(usualPatience, () => response.destroy());
  return readAtMost(response, bodyMost);
}
