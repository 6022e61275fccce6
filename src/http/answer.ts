/** Answers for people and programs alike: JSON that ends in a line end and hides nothing, so that curl leaves a terminal in order. */
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { printableJSON } from "../base/printable.ts";
import type { Trouble } from "../base/trouble.ts";
import type { HTTPEnvironment } from "./environment.ts";

/**
 * Answers with a JSON value.
 *
 * @param status - 200 unless given
 */
export function answerJSON(context: Context<HTTPEnvironment>, value: unknown, status?: ContentfulStatusCode): Response {
  return answerJSONText(context, printableJSON(value), status);
}

/** Answers with JSON that is a text already. */
export function answerJSONText(
  context: Context<HTTPEnvironment>,
  text: string,
  status?: ContentfulStatusCode,
): Response {
  return context.body(`${text}\n`, status, { "content-type": "application/json" });
}

/** Answers with a trouble: what is wrong, what to do, and the code that docs/troubleshooting.md has an entry for. */
export function answerTrouble(
  context: Context<HTTPEnvironment>,
  { code, message, hint, command }: Trouble,
  status: ContentfulStatusCode,
): Response {
  return answerJSON(context, { error: message, hint, command, code }, status);
}
