/** What can be wrong with the one who answers where the server should, in words. */
import * as z from "zod/mini";
import { type Advice, type Trouble, TroubleError, toTrouble } from "../base/trouble.ts";
import { platform } from "../platform/current.ts";
import type { HeldToken } from "./held-token.ts";
import { parseJSON } from "../base/json.ts";

/** Who answers does not know the token. */
export function serverUnproven(url: string, { path }: HeldToken): TroubleError {
  const message = `What answers at ${url} does not prove that it knows the admin token in ${path}. It was sent neither the token nor the request.`;
  return new TroubleError({ code: "server-unproven", message, ...whoAnswers(url) }, { exitCode: 3 });
}

/** The answer is not the server's, though the server was there a moment before. */
export function answerUnproven(url: string, { path }: HeldToken): TroubleError {
  const message = `The answer from ${url} comes without the proof that who sent it knows the admin token in ${path}, so nothing of it was believed.`;
  return new TroubleError({ code: "server-unproven", message, ...whoAnswers(url) }, { exitCode: 3 });
}

function whoAnswers(url: string): Advice {
  const port = new URL(url).port || "80";
  return {
    hint: "If it is your server with another token, name its file with --token-file; if its program is older than this command, start it again. Else see what has the port:",
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
