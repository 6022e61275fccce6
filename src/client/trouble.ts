/** What can be wrong with the server that a command asks, or with another program in its place, in words. */
import { messageOf } from "../base/errors.ts";
import { existsSync } from "node:fs";
import * as z from "zod/mini";
import { type Advice, type Trouble, TroubleError, toTrouble } from "../base/trouble.ts";
import { renderCommand } from "../base/shell.ts";
import { platform } from "../platform/current.ts";
import type { HeldToken } from "./held-token.ts";
import { parseJSON } from "../base/json.ts";

/** How the user names the server's place to a command. */
export interface Naming {
  /** As in `with --port`. */
  readonly port: string;
  /** As in `--token-file FILE`. */
  readonly token: string;
}

/** For commands that have only flags. */
export const byFlags: Naming = { port: "with --port", token: "--token-file FILE" };

/** For commands that read config.yaml too. */
export const byConfiguration: Naming = {
  port: "as dns.webhook-port in config.yaml",
  token: "--token-file FILE, or dns.token-file in config.yaml",
};

/**
 * No server is there.
 *
 * @param hosts - where it was looked for
 * @param otherwise - what else the user may do, as a sentence
 */
export function noServer(port: number, hosts: readonly string[], otherwise: string): TroubleError {
  const message = `No hostsfile-server answers on port ${port} of ${hosts.join(" or ")}.`;
  const { places, services, commands } = platform;
  const start = existsSync(places.settingsFile)
    ? renderCommand(services.commands.start)
    : `hostsfile-server --port=${port}`;
  const hint = `${otherwise} Start it:`;
  return new TroubleError({ code: "no-server", message, hint, command: commands.asRoot(start) }, { exitCode: 3 });
}

/** Something listens and does not answer. */
export function serverUnreachable(url: string, cause: unknown, naming: Naming): TroubleError {
  const isHung = cause instanceof Error && (cause.name === "AbortError" || cause.name === "TimeoutError");
  const reason = isHung ? "it took too long" : messageOf(cause);
  const message = `The server at ${url} does not answer: ${reason}.`;
  const { places, services } = platform;
  const log = existsSync(places.settingsFile) ? `its log (${renderCommand(services.commands.log)})` : "its log";
  const hint = `See ${log}, or restart it. If another program has the port, name the server's ${naming.port}.`;
  return new TroubleError({ code: "server-unreachable", message, hint }, { exitCode: 3, cause });
}

/** The server requires a token. */
export function tokenNeeded(url: string, naming: Naming): TroubleError {
  const message = `The server at ${url} requires a token.`;
  const hint = existsSync(platform.places.tokenFile)
    ? `Run it as root, or name a file with the admin token that you can read: ${naming.token}.`
    : `Name the file with the admin token: ${naming.token}.`;
  return new TroubleError({ code: "token-needed", message, hint }, { exitCode: 3 });
}

/** The server refused, or another program answered in words of its own. */
export function serverRefused(
  url: string,
  { status, text }: { readonly status: number; readonly text: string },
  naming: Naming,
): TroubleError {
  const message = `The server at ${url} answered ${status}: ${sentenceOf(text)}`;
  const hint = `See its log. Is it hostsfile-server? If not, name the server's port ${naming.port}.`;
  return new TroubleError({ code: "server-refused", message, hint }, { exitCode: 3 });
}

/** The server says what is wrong in `error`; another program says whatever it says. */
function sentenceOf(text: string): string {
  const answer = parseJSON(text);
  if (typeof answer === "object" && answer !== null && "error" in answer) return String(answer.error);
  const [firstLine = ""] = text.trim().split("\n");
  return firstLine.slice(0, 300);
}

/** Another program has the port. */
export function strangerOnPort(url: string, stranger: string, naming: Naming): TroubleError {
  const message = `Not hostsfile-server but ${stranger} answers at ${url}.`;
  const start = platform.commands.asRoot("hostsfile-server --port=5353");
  const hint = `Start hostsfile-server on another port (${start}) and name it ${naming.port}.`;
  return new TroubleError({ code: "port-of-another", message, hint }, { exitCode: 3 });
}

/** The program that answers does not know the token. */
export function serverUnproven(url: string, { path }: HeldToken): TroubleError {
  const message = `What answers at ${url} does not prove that it knows the token in ${path}. It was sent neither the token nor the request.`;
  return new TroubleError({ code: "server-unproven", message, ...whoAnswers(url) }, { exitCode: 3 });
}

/** The answer is not the server's, though the server was there a moment before. */
export function answerUnproven(url: string, { path }: HeldToken): TroubleError {
  const message = `The answer from ${url} comes without the proof that its sender knows the token in ${path}, so it was ignored.`;
  return new TroubleError({ code: "server-unproven", message, ...whoAnswers(url) }, { exitCode: 3 });
}

function whoAnswers(url: string): Advice {
  const port = new URL(url).port || "80";
  return {
    hint: "If it is your server with another token, name its file with --token-file. If its program is older than this command, restart it. Otherwise see which program has the port:",
    command: platform.commands.showListeners(Number(port)),
  };
}

/** Something passes on what it is sent. */
export function serverRelayed(url: string, at: string): TroubleError {
  const message = `What answers at ${url} is not the server, but passes on to it what it is sent: the server was called at ${at || "an unknown address"}. It was sent neither the token nor the request.`;
  const hint =
    "Call the server where it listens, on its own machine, with --host and --port; behind a port mapping or a tunnel, use curl with the token.";
  return new TroubleError({ code: "server-relayed", message, hint }, { exitCode: 3 });
}

const toldSchema = z.object({ error: z.string(), hint: z.string(), command: z.optional(z.string()), code: z.string() });

/** What the server answers to trouble of its own; undefined for anything else. */
export function toldTrouble(text: string): Trouble | undefined {
  const told = toldSchema.safeParse(parseJSON(text));
  if (!told.success) return undefined;
  const { error: message, ...others } = told.data;
  return toTrouble({ message, ...others });
}
