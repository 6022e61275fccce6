/** Who may do what, as one pure decision over what is known of a request. */

/**
 * What a request wants: a webhook request, to change the configuration, to feed clusters as a user's watcher, to read the
 * status, to read the configuration, the server's proof that it knows the token, or a bare word that says whether the
 * server is well.
 */
export type Access = "webhook" | "configuration" | "watch" | "detail" | "reading" | "challenge" | "word";

/** What is known of a request. */
export interface Call {
  readonly access: Access;
  /** This machine itself, an address of the allow list, or neither. */
  readonly place: "own" | "allowed" | "stranger";
  /** Whether the allow list was given with `--allow`. */
  readonly isListExplicit: boolean;
  /** Whether the server has an admin token, so that one must be shown. */
  readonly isTokenRequired: boolean;
  /** Whether that token cannot be read or used, so that no request can show it. */
  readonly isTokenUnusable: boolean;
  /** Whether the token that was shown opens this. */
  readonly isTokenShown: boolean;
  /** Whether the cookie of a session is there, which lets this machine's own browsers read. */
  readonly isSessionShown: boolean;
  readonly isFromBrowser: boolean;
  readonly isCrossOrigin: boolean;
  readonly isHostTrusted: boolean;
}

export type DenialReason = "browser" | "address" | "token" | "no-usable-token" | "host" | "not-own";

type Verdict =
  | { readonly admit: true }
  | { readonly admit: false; readonly reason: DenialReason; readonly status: 401 | 403 | 503 };

/**
 * Decides whether a request is let through. A webhook caller that is not allowed yet gets 503, since any 4xx ends the
 * ExternalDNS process (controller/controller.go); a missing token does not appear by waiting, and gets 401.
 */
export function judge(call: Call): Verdict {
  const reason = denialOf(call);
  return reason === undefined ? { admit: true } : { admit: false, reason, status: statusOf(reason, call.access) };
}

function denialOf(call: Call): DenialReason | undefined {
  const { access, place, isTokenShown } = call;
  const isReading = access === "detail" || access === "reading" || access === "word";
  if (!isReading ? call.isFromBrowser : call.isCrossOrigin) return "browser";
  if (place === "stranger" && (call.isListExplicit || !isTokenShown) && !isAskedForToken(call)) return "address";
  if (call.isTokenRequired && needsToken(access) && !isTokenShown && !isReadInSession(call)) {
    return call.isTokenUnusable ? "no-usable-token" : "token";
  }
  if (!call.isHostTrusted && !isTokenShown) return "host";
  const isForOwn = access === "configuration" || access === "watch" || access === "detail";
  return isForOwn && place !== "own" && !isTokenShown ? "not-own" : undefined;
}

/** A browser sends a cookie no matter which page made it ask, so a cookie opens nothing that changes anything. */
function isReadInSession({ access, place, isSessionShown }: Call): boolean {
  return access === "detail" && place === "own" && isSessionShown;
}

/** A stranger to the list that was worked out is let in by a token, so the missing token is what it must hear of. */
function isAskedForToken({ access, isTokenRequired, isListExplicit }: Call): boolean {
  return isTokenRequired && !isListExplicit && needsToken(access);
}

function needsToken(access: Access): boolean {
  return access !== "word" && access !== "challenge";
}

function statusOf(reason: DenialReason, access: Access): 401 | 403 | 503 {
  if (reason === "token") return 401;
  if (reason === "no-usable-token") return 503;
  return access === "webhook" && reason !== "browser" ? 503 : 403;
}
