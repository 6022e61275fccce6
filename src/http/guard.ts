/** Runs before every route: lets a request through or refuses it, and says once in the log what would let it through. */
import { type Advice, adviceOf } from "../base/trouble.ts";
import type { Context, MiddlewareHandler } from "hono";
import { getCookie } from "hono/cookie";
import { parseClusterName, defaultCluster } from "../records/cluster.ts";
import { parseUserName } from "../records/user.ts";
import { answerJSON } from "./answer.ts";
import type { HTTPEnvironment } from "./environment.ts";
import type { AllowList } from "./allow-list.ts";
import { browserHeaders, isCrossOrigin, isFromBrowser, isTrustedHost } from "./browser.ts";
import { type Caller, parseCaller } from "../records/caller.ts";
import type { WarnOnce } from "../base/warn-once.ts";
import type { Sessions } from "./sessions.ts";
import { type AdminToken, type Credential, judgeCredential } from "../contract/token.ts";
import { type Access, type Call, type DenialReason, judge } from "./verdict.ts";

interface GuardOptions {
  readonly allowList: AllowList;
  /** With it a token is required from every address. */
  readonly adminToken: () => AdminToken;
  readonly sessions: Sessions;
  /** The name of the cookie with a session's secret. */
  readonly cookieName: () => string;
  /** This machine's names, lower case. */
  readonly ownNames: () => ReadonlySet<string>;
  readonly warnOnce: WarnOnce;
  /** Told of each refusal. */
  readonly refused: (reason: DenialReason) => void;
}

type Handler = MiddlewareHandler<HTTPEnvironment>;

/** Why a request is not let through, and what would help. */
export interface Denial extends Advice {
  readonly status: 401 | 403 | 503;
  readonly message: string;
  /** Where it is a trouble of the server's own. */
  readonly code?: string;
}

export interface Guard {
  /** Says why a request is refused, and remembers it; undefined lets it through. */
  readonly refuse: (context: Context<HTTPEnvironment>, access: Access) => Denial | undefined;
  /** Answers a request that is refused; undefined lets it through. */
  readonly check: (context: Context<HTTPEnvironment>, access: Access) => Response | undefined;
  /** Makes the handler that runs before a route of this kind. */
  readonly admit: (access: Access) => Handler;
  /** Whether the caller may see details where others get a bare word. */
  readonly maySeeDetail: (context: Context<HTTPEnvironment>) => boolean;
  /** Whether the caller may change the configuration; unlike {@link refuse} it remembers nothing. */
  readonly mayConfigure: (context: Context<HTTPEnvironment>) => boolean;
}

/** Makes the guard. */
export function createGuard(options: GuardOptions): Guard {
  const refuse: Guard["refuse"] = (context, access) => refuseCall(options, context, access);
  const check: Guard["check"] = (context, access) => {
    const refusal = refuse(context, access);
    if (refusal === undefined) return undefined;
    const { status, message, hint, command, code } = refusal;
    return answerJSON(context, { error: message, hint, command, code }, status);
  };
  return {
    refuse,
    check,
    admit: (access) => async (context, next) => check(context, access) ?? next(),
    maySeeDetail: (context) => {
      const caller = parseCaller(context.env.caller);
      if (caller === undefined) return false;
      return options.allowList.isOwn(caller) || credentialOf(context, options) === "admin";
    },
    mayConfigure: (context) => {
      const caller = parseCaller(context.env.caller);
      return caller !== undefined && judge(describeCall({ context, caller, access: "configuration", options })).admit;
    },
  };
}

function refuseCall(options: GuardOptions, context: Context<HTTPEnvironment>, access: Access): Denial | undefined {
  const caller = parseCaller(context.env.caller);
  if (caller === undefined) return { status: 503, message: "The caller is gone.", hint: "" };
  const call = describeCall({ context, caller, access, options });
  const verdict = judge(call);
  if (verdict.admit) {
    if (call.isTokenShown) context.env.tokenShown?.();
    return undefined;
  }
  const { reason, status } = verdict;
  options.refused(reason);
  context.header("connection", "close");
  const held = options.adminToken();
  // The code that found this has already logged it.
  if (reason === "no-usable-token" && held.kind === "unusable") return { status, ...held.trouble };
  const { message, ...advice } = denialWords({ reason, access, caller, context });
  const fields = { code: reason, from: caller.text, path: context.req.path };
  const key = `${caller.text} ${reason} ${access}`;
  // Strangers may be many; what they make the log say must not keep it from naming a guest.
  const kind = call.place === "stranger" ? "refused strangers" : "refused callers";
  options.warnOnce({ kind, key, fields, message: `${message} ${adviceOf(advice)}` });
  if (status === 401) context.header("www-authenticate", 'Bearer realm="hostsfile-server"');
  return { status, message, ...advice };
}

function describeCall({
  context,
  caller,
  access,
  options,
}: {
  readonly context: Context<HTTPEnvironment>;
  readonly caller: Caller;
  readonly access: Access;
  readonly options: GuardOptions;
}): Call {
  const { allowList, adminToken, ownNames, sessions, cookieName } = options;
  const headers = browserHeaders(context.req.raw.headers);
  const credential = credentialOf(context, options);
  return {
    access,
    place: allowList.placeOf(caller),
    isListExplicit: allowList.isExplicit,
    isTokenRequired: adminToken().kind !== "none",
    isTokenUnusable: adminToken().kind === "unusable",
    isTokenShown: credential === "admin" || credential === access,
    isSessionShown: sessions.has(getCookie(context, cookieName())),
    isFromBrowser: isFromBrowser(headers),
    isCrossOrigin: isCrossOrigin(headers),
    isHostTrusted: isTrustedHost(headers.host, ownNames()),
  };
}

function credentialOf(context: Context<HTTPEnvironment>, options: GuardOptions): Credential {
  const proven = context.get("proven");
  const user = parseUserName(context.req.param("user") ?? "");
  if (proven !== undefined && proven.user === undefined) return "admin";
  if (proven !== undefined) return proven.user === user ? "watch" : "wrong";
  const held = options.adminToken();
  if (held.kind !== "known") return "none";
  const cluster = parseClusterName(context.req.param("cluster") ?? defaultCluster);
  const authorization = context.req.header("authorization");
  return judgeCredential({ adminToken: held.token, authorization, cluster, user });
}

function whereTokenIs(access: Access, { req }: Context<HTTPEnvironment>): Advice {
  const [hint, command] = ["To see the token for", "hostsfile-server token"];
  if (access === "webhook") {
    const cluster = req.param("cluster") ?? defaultCluster;
    return { hint: `${hint} this cluster, run:`, command: `${command} --cluster ${cluster}` };
  }
  if (access === "watch") {
    const user = parseUserName(req.param("user") ?? "") ?? "USER";
    return { hint: `${hint} this user, run:`, command: `${command} --watcher ${user}` };
  }
  return { hint: "Show the admin token, which is in the file given with --token-file." };
}

function denialWords({
  reason,
  access,
  caller,
  context,
}: {
  readonly reason: DenialReason;
  readonly access: Access;
  readonly caller: Caller;
  readonly context: Context<HTTPEnvironment>;
}): Advice & { readonly message: string } {
  const who = `${caller.text} may not call ${context.req.method} ${context.req.path}`;
  switch (reason) {
    case "browser":
      return {
        message: `${who}: a web page sent the request.`,
        hint: "Use curl or the commands of hostsfile-server. Web pages may not control the server.",
      };
    case "address":
      return {
        message: `${who}: the address is not in the allow list.`,
        hint: `To allow it, start the server with --allow=${caller.text.replace(/%.*/, "")} (--allow replaces the networks that the server finds itself), or with --token-file.`,
      };
    case "token":
      return { message: `${who}: the token is missing or wrong.`, ...whereTokenIs(access, context) };
    case "no-usable-token":
      return { message: `${who}: the server has no token that it could use.`, hint: "See the server's log." };
    case "host":
      return {
        message: `${who} as ${JSON.stringify(context.req.header("host") ?? "")}: this is not a name of this machine, as after DNS rebinding by a web page.`,
        hint: "Call it by its address or its own name, or start the server with --token-file and show a token.",
      };
    case "not-own":
      return {
        message: `${who}: without a token only this machine itself may.`,
        hint: "Run the command on the desktop, or start the server with --token-file and show the admin token.",
      };
  }
}
