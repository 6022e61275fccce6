/** Asks the running server for what a command of ours needs, and says what is wrong when that does not come. */
import { existsSync } from "node:fs";
import type * as z from "zod/mini";
import { authority } from "../records/network.ts";
import { type Status, statusSchema } from "../contract/status.ts";
import { type HTTPRequest, isRefused } from "../base/request.ts";
import { TroubleError } from "../base/trouble.ts";
import { installedHost, installedPort } from "../platform/installed.ts";
import { renderCommand } from "../base/shell.ts";
import { platform } from "../platform/current.ts";
import { exchange } from "./exchange.ts";
import { findToken } from "./held-token.ts";
import { parseJSON } from "../base/json.ts";
import { toldTrouble } from "./trouble.ts";

const { places, services, commands } = platform;

export interface ServerPlace {
  /** Where the service listens when undefined, else `localhost`. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly tokenFile: string | undefined;
}

type ServerRequest = Pick<HTTPRequest, "method" | "path" | "body">;

/**
 * Sends one request to the server.
 *
 * @returns the answer's text, or undefined when no server listens on the port
 * @throws TroubleError (exit 3) when something answers that is not well
 */
export async function askServer(
  place: ServerPlace,
  method: "GET" | "POST" | "DELETE",
  path: string,
): Promise<string | undefined> {
  return send(place, { method, path });
}

async function send(place: ServerPlace, request: ServerRequest): Promise<string | undefined> {
  const { host = installedHost(), port = installedPort() } = place;
  const url = serverAddress(place) + request.path;
  const token = findToken(place.tokenFile, port);
  const answer = await exchange({ ...request, host, port, token }).catch((error: unknown) => {
    if (isRefused(error)) return undefined;
    throw error instanceof TroubleError ? error : unreachable(url, error);
  });
  if (answer === undefined || answer.status === 200) return answer?.text;
  throw refused(url, answer.status, answer.text);
}

/**
 * Asks the server for something of a known shape.
 *
 * @returns undefined when no server listens on the port
 * @throws TroubleError (exit 3) when something else answers, or wants a token
 */
export async function askFor<Answer>(
  place: ServerPlace,
  { shape, ...request }: ServerRequest & { readonly shape: z.ZodMiniType<Answer> },
): Promise<Answer | undefined> {
  const text = await send(place, request);
  if (text === undefined) return undefined;
  const answer = shape.safeParse(parseJSON(text));
  if (answer.success) return answer.data;
  throw refused(serverAddress(place) + request.path, 200, text);
}

/** As {@link askFor}, where there must be a server: that none listens is a TroubleError too. */
export async function askForSurely<Answer>(
  place: ServerPlace,
  request: ServerRequest & { readonly shape: z.ZodMiniType<Answer> },
): Promise<Answer> {
  const answer = await askFor(place, request);
  if (answer === undefined) throw noServer(place);
  return answer;
}

/** Asks the server for its status; as {@link askFor}. */
export async function askStatus(place: ServerPlace): Promise<Status | undefined> {
  return askFor(place, { method: "GET", path: "/status", shape: statusSchema });
}

/** Where the server is, as a URL without trailing slash. */
export function serverAddress({ host = installedHost(), port = installedPort() }: ServerPlace): string {
  return `http://${authority(host, port)}`;
}

/**
 * Asks the server for its status, where there must be one.
 *
 * @throws TroubleError (exit 3) also when no server listens on the port
 */
export async function findStatus(place: ServerPlace): Promise<Status> {
  return askForSurely(place, { method: "GET", path: "/status", shape: statusSchema });
}

/** The trouble of no server on the port. */
export function noServer({ host = "this machine", port = installedPort() }: ServerPlace): TroubleError {
  const message = `No hostsfile-server answers on port ${port} of ${host}.`;
  const start = existsSync(places.settingsFile)
    ? renderCommand(services.commands.start)
    : "hostsfile-server --domains=dtk.io --cluster-ip=ADDRESS";
  const hint = `Start it (${commands.asRoot(start)}), or say where it listens with --port and --host.`;
  return new TroubleError({ code: "no-server", message, hint }, { exitCode: 3 });
}

function unreachable(url: string, cause: unknown): TroubleError {
  const isHung = cause instanceof Error && (cause.name === "AbortError" || cause.name === "TimeoutError");
  const reason = isHung ? "it took too long" : cause instanceof Error ? cause.message : String(cause);
  const message = `The server at ${url} does not answer: ${reason}.`;
  const log = existsSync(places.settingsFile) ? `its log (${renderCommand(services.commands.log)})` : "its log";
  const hint = `See ${log}, or restart it; if another program has the port, name the server's with --port.`;
  return new TroubleError({ code: "server-unreachable", message, hint }, { exitCode: 3, cause });
}

function refused(url: string, status: number, text: string): TroubleError {
  const told = toldTrouble(text);
  return told === undefined ? unlike(url, status, text) : new TroubleError(told, { exitCode: 3 });
}

/** Something else than the server answers, or the server wants a token. */
function unlike(url: string, status: number, text: string): TroubleError {
  const isToken = status === 401;
  const message = `The server at ${url} answered ${status}: ${sentenceOf(text)}`;
  const hint = isToken
    ? existsSync(places.tokenFile)
      ? "Run it with sudo, or name a file with the admin token that you can read: --token-file."
      : "Name the admin token's file with --token-file."
    : "Is it hostsfile-server? If not, name its port with --port.";
  return new TroubleError({ code: isToken ? "token-needed" : "server-refused", message, hint }, { exitCode: 3 });
}

/** The server says what is wrong in `error`; anything else on the port says whatever it says. */
function sentenceOf(text: string): string {
  const answer = parseJSON(text);
  if (typeof answer === "object" && answer !== null && "error" in answer) return String(answer.error);
  const [firstLine = ""] = text.trim().split("\n");
  return firstLine.slice(0, 100);
}
