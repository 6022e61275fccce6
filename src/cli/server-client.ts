/** Asks the running server on this machine, for the commands that need it. */
import { TroubleError } from "../trouble.ts";
import { defaultPort, installedTokenFile, readAdminToken } from "./environment.ts";
import { existsSync } from "node:fs";

export interface ServerPlace {
  readonly port: number | undefined;
  readonly tokenFile: string | undefined;
}

/** Milliseconds after which a server that does not answer counts as hung. */
const patience = 10_000;

/**
 * Sends one request to the server.
 *
 * @returns the answer's text, or undefined when no server listens on the port
 * @throws TroubleError (exit 3) when something answers that is not well
 */
export async function askServer(
  place: ServerPlace,
  method: "GET" | "DELETE",
  path: string,
): Promise<string | undefined> {
  const url = `http://localhost:${place.port ?? defaultPort}${path}`;
  let response: Response;
  try {
    response = await fetch(url, { method, headers: authorization(place), signal: AbortSignal.timeout(patience) });
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw unreachable(url, error);
  }
  const text = await response.text();
  if (response.ok) return text;
  throw refused(url, response.status, text);
}

/** The trouble of no server on the port. */
export function noServer(port: number | undefined): TroubleError {
  const message = `No hostsfile-server answers on port ${port ?? defaultPort} of this machine.`;
  const hint = "Start it (sudo hostsfile-server --domains=dtk.io --cluster-ip=ADDRESS), or name its port with --port.";
  return new TroubleError({ code: "no-server", message, hint }, { exitCode: 3 });
}

function authorization({ tokenFile }: ServerPlace): Record<string, string> {
  const path = tokenFile ?? (existsSync(installedTokenFile) ? installedTokenFile : undefined);
  return path === undefined ? {} : { authorization: `Bearer ${readAdminToken(path)}` };
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const causes = cause instanceof AggregateError ? cause.errors : [cause];
  return causes.every((each) => each instanceof Error && "code" in each && each.code === "ECONNREFUSED");
}

function unreachable(url: string, cause: unknown): TroubleError {
  const message = `The server at ${url} does not answer: ${cause instanceof Error ? cause.message : String(cause)}.`;
  const hint = "See its log, or restart it; if another program has the port, name the server's with --port.";
  return new TroubleError({ code: "server-unreachable", message, hint }, { exitCode: 3, cause });
}

function refused(url: string, status: number, text: string): TroubleError {
  const isToken = status === 401;
  const message = `The server at ${url} answered ${status}: ${text.trim().slice(0, 300)}`;
  const hint = isToken
    ? "Name the admin token's file with --token-file."
    : "Is it hostsfile-server? If not, name its port with --port.";
  return new TroubleError({ code: isToken ? "token-needed" : "server-refused", message, hint }, { exitCode: 3 });
}
