/** The running hostsfile-server, as every command of ours finds it and talks to it; another program on its port is named. */
import { authority } from "../records/network.ts";
import { paths } from "../contract/paths.ts";
import { type Status, statusSchema } from "../contract/status.ts";
import { type HTTPAnswer, type HTTPRequest, isRefused, sendRequest } from "../base/request.ts";
import { TroubleError } from "../base/trouble.ts";
import { type Answer, exchange } from "./exchange.ts";
import type { HeldToken } from "./held-token.ts";
import { parseJSON } from "../base/json.ts";
import { describeStranger } from "./stranger.ts";
import {
  type Naming,
  byConfiguration,
  serverRefused,
  serverUnreachable,
  strangerOnPort,
  toldTrouble,
  tokenNeeded,
} from "./trouble.ts";

export interface ServerPlace {
  /** An address or a name. */
  readonly host: string;
  readonly port: number;
  readonly token: HeldToken | undefined;
}

export type ServerRequest = Pick<HTTPRequest, "method" | "path" | "body" | "patience">;

/** Where a server is, as a URL without trailing slash. */
export function addressOf({ host, port }: Pick<ServerPlace, "host" | "port">): string {
  return `http://${authority(host, port)}`;
}

/**
 * Sends one request to the server.
 *
 * @param naming - how the user names the server's place, for the words of a trouble
 * @returns its answer, whatever that says; undefined when nobody listens there
 * @throws TroubleError (exit 3) when there is no answer, or not the server's own
 */
export async function sendToServer(
  place: ServerPlace,
  request: ServerRequest,
  naming: Naming,
): Promise<Answer | undefined> {
  return exchange({ ...place, ...request }).catch((error: unknown) => {
    if (isRefused(error)) return undefined;
    throw error instanceof TroubleError ? error : serverUnreachable(addressOf(place) + request.path, error, naming);
  });
}

/**
 * The text of an answer that is fine.
 *
 * @param url - what was asked
 * @throws TroubleError (exit 3) for any other answer: in the server's own words, else `token-needed` or `server-refused`
 */
export function textOf({ status, text }: HTTPAnswer, url: string, naming: Naming): string {
  if (status === 200 || status === 204) return text;
  const told = toldTrouble(text);
  if (told !== undefined) throw new TroubleError(told, { exitCode: 3 });
  throw status === 401 ? tokenNeeded(url, naming) : serverRefused(url, { status, text }, naming);
}

/** A server that was found. */
export interface Server {
  readonly host: string;
  /** Without trailing slash. */
  readonly url: string;
  /** Whether it has proven that it knows the admin token. */
  readonly isProven: boolean;
  readonly status: () => Promise<Status>;
  /**
   * Asks for the text of a path.
   *
   * @throws TroubleError as {@link textOf} does
   */
  readonly ask: (path: string) => Promise<string>;
  /**
   * Changes a setting.
   *
   * @throws TroubleError as {@link textOf} does
   */
  readonly change: (method: "POST" | "DELETE", path: string, body?: string) => Promise<void>;
}

/** Milliseconds: a server on this desktop answers at once. */
const patience = 5000;

/**
 * Looks for the server at one place.
 *
 * @returns undefined when nobody listens there, or the name cannot be resolved
 * @throws TroubleError `port-of-another`, `token-needed` or `server-unreachable` (exit 3)
 */
export async function findServer(place: ServerPlace, naming: Naming = byConfiguration): Promise<Server | undefined> {
  const url = addressOf(place);
  const answer = await sendToServer(place, { method: "GET", path: paths.status, patience }, naming).catch(
    (error: unknown) => {
      if (error instanceof TroubleError && isUnknownName(error.cause)) return undefined;
      throw error;
    },
  );
  if (answer === undefined) return undefined;
  if (answer.status === 401 && isOurs(answer)) throw tokenNeeded(url, naming);
  const told = answer.status === 503 ? toldTrouble(answer.text) : undefined;
  if (told !== undefined) throw new TroubleError(told, { exitCode: 3 });
  if (readStatus(answer) === undefined) throw strangerOnPort(url, await nameStranger(place, answer), naming);
  const send = async (request: ServerRequest): Promise<string> => {
    const sent = await sendToServer(place, { patience, ...request }, naming);
    if (sent === undefined) throw serverUnreachable(url, new Error("it is gone"), naming);
    return textOf(sent, url + request.path, naming);
  };
  return {
    host: place.host,
    url,
    isProven: answer.isProven,
    status: async () => {
      const text = await send({ method: "GET", path: paths.status });
      const status = statusSchema.safeParse(parseJSON(text));
      if (!status.success) throw serverRefused(url + paths.status, { status: 200, text }, naming);
      return status.data;
    },
    ask: async (path) => send({ method: "GET", path }),
    change: async (method, path, body) => void (await send({ method, path, ...(body !== undefined && { body }) })),
  };
}

function isUnknownName(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOTFOUND" || error.code === "EAI_AGAIN");
}

function isOurs({ headers }: HTTPAnswer): boolean {
  return headers["www-authenticate"]?.includes("hostsfile-server") === true;
}

function readStatus({ status, text }: HTTPAnswer): Status | undefined {
  return status === 200 ? statusSchema.safeParse(parseJSON(text)).data : undefined;
}

/** A registry tells itself at `/v2/` only (OCI distribution specification, "determining support"). */
async function nameStranger({ host, port }: ServerPlace, first: HTTPAnswer): Promise<string> {
  const second = await sendRequest({ host, port, method: "GET", path: "/v2/", patience }).catch(() => undefined);
  return describeStranger([first, ...(second === undefined ? [] : [second])]);
}
