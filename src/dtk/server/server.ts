/** The running hostsfile-server, as dtk finds it and talks to it; what else may have its port is recognised and named. */
import { authority } from "../../records/network.ts";
import { type Status, statusSchema } from "../../contract/status.ts";
import { type Answer, exchange } from "../../client/exchange.ts";
import type { HeldToken } from "../../client/held-token.ts";
import { toldTrouble } from "../../client/trouble.ts";
import { type HTTPAnswer, isRefused, sendRequest } from "../../base/request.ts";
import { TroubleError } from "../../base/trouble.ts";
import { describeStranger } from "./stranger.ts";
import { notTaken, serverSilent, strangerOnPort, tokenWanted } from "./trouble.ts";
import { errorCode } from "../../base/errors.ts";
import { parseJSON } from "../../base/json.ts";

export interface ServerPlace {
  /** An address or a name. */
  readonly host: string;
  readonly port: number;
  readonly token: HeldToken | undefined;
}

export interface Server {
  readonly host: string;
  /** Without trailing slash. */
  readonly url: string;
  /** Whether it has proven that it knows the admin token. */
  readonly isProven: boolean;
  readonly status: () => Promise<Status>;
  /** The text of a GET of a path. */
  readonly ask: (path: string) => Promise<string>;
  /**
   * Changes a setting.
   *
   * @throws TroubleError `server-refused` (exit 3) when the answer is not 200
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
export async function findServer(place: ServerPlace): Promise<Server | undefined> {
  const url = `http://${authority(place.host, place.port)}`;
  const answer = await ask(place, "GET", "/status").catch((error: unknown) => {
    if (isRefused(error) || isUnknownName(error)) return undefined;
    if (error instanceof TroubleError) throw error;
    throw serverSilent(url, error);
  });
  if (answer === undefined) return undefined;
  if (answer.status === 401 && isOurs(answer)) throw tokenWanted(url);
  const told = answer.status === 503 ? toldTrouble(answer.text) : undefined;
  if (told !== undefined) throw new TroubleError(told, { exitCode: 3 });
  if (readStatus(answer) === undefined) throw strangerOnPort({ url, stranger: await nameStranger(place, answer) });
  return {
    host: place.host,
    url,
    isProven: answer.isProven,
    status: async () => requireStatus(await ask(place, "GET", "/status"), url),
    ask: async (path) => {
      const asked = await ask(place, "GET", path);
      if (asked.status !== 200) throw notTaken({ url: `${url}${path}`, ...asked });
      return asked.text;
    },
    change: async (method, path, body) => {
      const changed = await ask(place, method, path, body);
      if (changed.status !== 200) throw notTaken({ url: `${url}${path}`, ...changed });
    },
  };
}

async function ask(
  place: ServerPlace,
  method: "GET" | "POST" | "DELETE",
  path: string,
  body?: string,
): Promise<Answer> {
  return exchange({ ...place, method, path, patience, ...(body !== undefined && { body }) });
}

function isUnknownName(error: unknown): boolean {
  return ["ENOTFOUND", "EAI_AGAIN"].includes(errorCode(error) ?? "");
}

function isOurs({ headers }: HTTPAnswer): boolean {
  return headers["www-authenticate"]?.includes("hostsfile-server") === true;
}

function requireStatus(answer: HTTPAnswer, url: string): Status {
  const status = readStatus(answer);
  if (status === undefined) throw notTaken({ url: `${url}/status`, ...answer });
  return status;
}

function readStatus({ status, text }: HTTPAnswer): Status | undefined {
  return status === 200 ? statusSchema.safeParse(parseJSON(text)).data : undefined;
}

/** A registry tells itself at `/v2/` only (OCI distribution specification, "determining support"). */
async function nameStranger({ host, port }: ServerPlace, first: HTTPAnswer): Promise<string> {
  const second = await sendRequest({ host, port, method: "GET", path: "/v2/", patience }).catch(() => undefined);
  return describeStranger([first, ...(second === undefined ? [] : [second])]);
}
