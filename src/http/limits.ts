/** Bounds what callers can make the server hold: bytes of a body, bytes of all bodies, and requests in flight. */
import { createHash } from "node:crypto";
import { TextDecoder } from "node:util";
import type { MiddlewareHandler } from "hono";
import { answerJSON } from "./answer.ts";
import type { HTTPEnvironment } from "./environment.ts";
import { type Bodies, BodyGivenUpError, type BodyRoom } from "./bodies.ts";

type Handler = MiddlewareHandler<HTTPEnvironment>;

const mebibyte = 1024 * 1024;

export interface Limits {
  /** Bytes; ExternalDNS itself caps bodies at this from the version after v0.22.0. */
  readonly body: number;
  /** Bytes of all bodies together that are held at one time. */
  readonly allBodies: number;
  /** Requests of one address that are worked on at one time. */
  readonly requestsPerAddress: number;
}

/** Bytes of a body that sets domains, cluster IP or target mode; a thousand domains have half of it. */
export const settingBodyMost = mebibyte / 2;

export const defaultLimits: Limits = {
  body: 32 * mebibyte,
  allBodies: 128 * mebibyte,
  requestsPerAddress: 32,
};

/** Answers 503 to an address with too many requests in flight or too many connections. */
export function limitRequests({ requestsPerAddress }: Pick<Limits, "requestsPerAddress">): Handler {
  const inFlight = new Map<string, number>();
  return async (context, next) => {
    const origin = context.env.origin ?? context.env.caller ?? "";
    const count = inFlight.get(origin) ?? 0;
    if (context.env.overloaded === true || count >= requestsPerAddress) {
      context.header("retry-after", "1");
      return answerJSON(context, { error: "Too many requests at one time from this address." }, 503);
    }
    inFlight.set(origin, count + 1);
    try {
      return await next();
    } finally {
      const left = (inFlight.get(origin) ?? 1) - 1;
      if (left === 0) inFlight.delete(origin);
      else inFlight.set(origin, left);
    }
  };
}

/** The room for bodies: one origin may take half of it, or a body of the largest size. */
export function roomFor({ body, allBodies }: Pick<Limits, "body" | "allBodies">): BodyRoom {
  return { all: allBodies, perOrigin: Math.max(body, allBodies / 2) };
}

/**
 * Reads the body into the variable `body`, and counts its bytes until the request is answered. What is counted is what
 * has come, so that a caller that announces much and sends nothing holds up nobody.
 */
export function receiveBody({ body: most }: Pick<Limits, "body">, bodies: Bodies): Handler {
  return async (context, next) => {
    if (Number(context.req.header("content-length") ?? 0) > most) return answerJSON(context, tooLarge(most), 413);
    using body = bodies.begin(context.env.origin ?? context.env.caller ?? "");
    const decoder = new TextDecoder("utf-8", { fatal: true });
    let text: string | undefined = "";
    const proven = context.get("proven")?.digest;
    const digest = proven === undefined ? undefined : createHash("sha256");
    try {
      for await (const chunk of body.read(context.env.incoming ?? context.req.raw.body ?? nothing())) {
        if (body.size > most) return answerJSON(context, tooLarge(most), 413);
        digest?.update(chunk);
        text = append(text, decoder, chunk);
      }
    } catch (error) {
      if (!(error instanceof BodyGivenUpError)) throw error;
      context.header("retry-after", "1");
      context.header("connection", "close");
      return answerJSON(context, { error: error.message }, 503);
    }
    text = append(text, decoder);
    if (digest?.digest("base64url") !== proven) return answerJSON(context, { error: "The body is another." }, 401);
    if (text === undefined) return answerJSON(context, { error: "The body is not UTF-8." }, 400);
    context.set("body", text);
    // Not without await: the body is held until the request is answered.
    return await next();
  };
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

function tooLarge(most: number): { readonly error: string } {
  return { error: `The body is larger than ${most / mebibyte} MiB.` };
}

/**
 * Decodes the next chunk, or what is left at the end. Replacing bytes that are not UTF-8 would store something else than
 * was sent, so the text is undefined from there on. Chunk by chunk, because a second copy of a large body is not given
 * back to the system so soon.
 */
function append(text: string | undefined, decoder: TextDecoder, chunk?: Uint8Array): string | undefined {
  try {
    return text === undefined ? undefined : text + decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    return undefined;
  }
}
