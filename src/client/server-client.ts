/** Asks the server for what a command needs, where flags say where it is; without them, where the installed service is. */
import type * as z from "zod/mini";
import { paths } from "../contract/paths.ts";
import { type Status, statusSchema } from "../contract/status.ts";
import type { TroubleError } from "../base/trouble.ts";
import { installedHost, installedPort } from "../platform/installed.ts";
import { findToken } from "./held-token.ts";
import { parseJSON } from "../base/json.ts";
import { type ServerPlace, type ServerRequest, addressOf, sendToServer, textOf } from "./server.ts";
import { byFlags, noServer, serverRefused } from "./trouble.ts";

/** Where the server is, as the user said it. */
export interface ServerFlags {
  /** Where the service listens when undefined, else `localhost`. */
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly tokenFile: string | undefined;
}

/**
 * The place that flags mean.
 *
 * @throws TroubleError when the token cannot be read
 */
function placeOf({ host = installedHost(), port = installedPort(), tokenFile }: ServerFlags): ServerPlace {
  return { host, port, token: findToken(tokenFile, port) };
}

/**
 * Sends one request to the server.
 *
 * @returns the answer's text, or undefined when no server listens on the port
 * @throws TroubleError (exit 3) when the answer is an error
 */
export async function askServer(
  flags: ServerFlags,
  method: "GET" | "POST" | "DELETE",
  path: string,
): Promise<string | undefined> {
  return send(flags, { method, path });
}

async function send(flags: ServerFlags, request: ServerRequest): Promise<string | undefined> {
  const place = placeOf(flags);
  const answer = await sendToServer(place, request, byFlags);
  return answer && textOf(answer, addressOf(place) + request.path, byFlags);
}

/**
 * Asks the server for something of a known shape.
 *
 * @returns undefined when no server listens on the port
 * @throws TroubleError (exit 3) when something else answers, or the server requires a token
 */
export async function askFor<Answer>(
  flags: ServerFlags,
  { shape, ...request }: ServerRequest & { readonly shape: z.ZodMiniType<Answer> },
): Promise<Answer | undefined> {
  const text = await send(flags, request);
  if (text === undefined) return undefined;
  const answer = shape.safeParse(parseJSON(text));
  if (answer.success) return answer.data;
  throw serverRefused(serverAddress(flags) + request.path, { status: 200, text }, byFlags);
}

/** As {@link askFor}, where there must be a server: without one it throws `no-server`. */
export async function askForSurely<Answer>(
  flags: ServerFlags,
  request: ServerRequest & { readonly shape: z.ZodMiniType<Answer> },
): Promise<Answer> {
  const answer = await askFor(flags, request);
  if (answer === undefined) throw noServerAt(flags);
  return answer;
}

/** Asks the server for a text; without a server it throws `no-server`, else as {@link askFor}. */
export async function askTextSurely(flags: ServerFlags, request: ServerRequest): Promise<string> {
  const text = await send(flags, request);
  if (text === undefined) throw noServerAt(flags);
  return text;
}

/** Asks the server for its status; as {@link askFor}. */
export async function askStatus(flags: ServerFlags): Promise<Status | undefined> {
  return askFor(flags, { method: "GET", path: paths.status, shape: statusSchema });
}

/** Where the server is, as a URL without trailing slash. */
export function serverAddress({
  host = installedHost(),
  port = installedPort(),
}: Omit<ServerFlags, "tokenFile">): string {
  return addressOf({ host, port });
}

/**
 * Asks the server for its status, where there must be one.
 *
 * @throws TroubleError (exit 3) also when no server listens on the port
 */
export async function findStatus(flags: ServerFlags): Promise<Status> {
  return askForSurely(flags, { method: "GET", path: paths.status, shape: statusSchema });
}

/** The trouble of no server on the port. */
export function noServerAt({ host = "this machine", port = installedPort() }: ServerFlags): TroubleError {
  return noServer(port, [host], "If it listens elsewhere, say where with --port and --host.");
}
