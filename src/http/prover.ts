/** The server's side of the proofs: answers challenges, takes a command's proof for the token, and proves the answer. */
import type { MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import { answerJSON, answerTrouble } from "./answer.ts";
import type { HTTPEnvironment } from "./environment.ts";
import type { Guard } from "./guard.ts";
import { ServerNonces } from "./nonces.ts";
import {
  answerHeader,
  challengePath,
  digestOf,
  isNonce,
  placeText,
  proveAnswer,
  proveRequest,
  proveServer,
  readRequestProof,
} from "../contract/proof.ts";
import { type AdminToken, isSame, watchToken } from "../contract/token.ts";
import { type UserName, parseUserName } from "../records/user.ts";

type Handler = MiddlewareHandler<HTTPEnvironment>;

interface ProverOptions {
  readonly adminToken: () => AdminToken;
  /** Milliseconds of a clock that is never set. */
  readonly elapsed: () => number;
}

interface Prover {
  /** Runs before everything else: notes a request that is proven, and proves its answer. */
  readonly middleware: Handler;
  /** Makes the route of the challenge. */
  readonly routes: (guard: Guard) => Hono<HTTPEnvironment>;
}

/** Makes the server's side. */
export function createProver({ adminToken, elapsed }: ProverOptions): Prover {
  const nonces = new ServerNonces(elapsed);
  return {
    middleware: async (context, next) => {
      const held = adminToken();
      const shown = readRequestProof(context.req.header("authorization"));
      if (held.kind !== "known" || shown === undefined) return next();
      const { pathname, search } = new URL(context.req.url);
      const content = { at: atOf(context.env), method: context.req.method, target: pathname + search };
      const token = tokenOf(held.token, shown.user);
      const expected = proveRequest(token, shown.nonces, { ...content, digest: shown.digest });
      const { client, server } = shown.nonces;
      const isProven = isSame(shown.proof, expected) && nonces.isGood(server, client) && nonces.use(server, shown.user);
      if (!isProven) return next();
      context.set("proven", { digest: shown.digest, user: shown.user });
      await next();
      if (isEndless(context.res)) return undefined;
      const body = new Uint8Array(await context.res.arrayBuffer());
      const { status, headers } = context.res;
      const proven = new Response(body.length === 0 ? null : body, { status, headers });
      proven.headers.set(answerHeader, proveAnswer(token, shown.nonces, { status, digest: digestOf(body) }));
      context.res = undefined;
      context.res = proven;
      return undefined;
    },
    routes: (guard) => {
      const app = new Hono<HTTPEnvironment>({ strict: false });
      app.post(challengePath, guard.admit("challenge"), (context) => {
        const { nonce: client = "", user: name } = context.req.query();
        const user = name === undefined ? undefined : parseUserName(name);
        const held = adminToken();
        if (held.kind === "unusable") return answerTrouble(context, held.trouble, 503);
        if (!isNonce(client)) return answerJSON(context, { error: "Give a nonce of your own: ?nonce=..." }, 400);
        if (name !== undefined && user === undefined)
          return answerJSON(context, { error: "No user has this name." }, 400);
        if (held.kind === "none") return answerJSON(context, {});
        const [server, at] = [nonces.make(client), atOf(context.env)];
        const proof = proveServer(tokenOf(held.token, user), { client, server }, at);
        return answerJSON(context, { nonce: server, at, proof });
      });
      return app;
    },
  };
}

function tokenOf(adminToken: string, user: UserName | undefined): string {
  return user === undefined ? adminToken : watchToken(adminToken, user);
}

function atOf({ local }: HTTPEnvironment["Bindings"]): string {
  return placeText(local?.address, local?.port);
}

/** A stream of events has no end that could be proven. */
function isEndless({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}
