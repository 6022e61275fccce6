/** What lies between the HTTP server and the routes: what it tells them about a request beside its bytes, and what it calls. */
import type { UserName } from "../records/user.ts";

export interface HTTPEnvironment {
  Bindings: {
    /** The caller's address as the socket has it, undefined when it is gone already. */
    readonly caller: string | undefined;
    /** The key by which the limits for each caller count. The caller's address unless given. */
    readonly origin?: string | undefined;
    /** Where the caller reached us: our end of the connection. */
    readonly local?: { readonly address: string | undefined; readonly port: number | undefined };
    /** True when the caller holds too many connections: it gets 503. */
    readonly overloaded?: boolean;
    /** The request's body as it comes; without it the request itself is read, which takes longer. */
    readonly incoming?: AsyncIterable<Uint8Array>;
    /** Told when the guard lets a request through because of its token. */
    readonly tokenShown?: () => void;
    /** Cuts the connection, for an answer without an end whose reader takes no more. */
    readonly cut?: () => void;
  };
  Variables: {
    /** The request's body, read and bounded. */
    body: string;
    /**
     * Set when the caller has proven that it knows a token, for a body with this digest: a user's watch token, or the
     * admin token where there is no user.
     */
    proven?: { readonly digest: string; readonly user: UserName | undefined };
  };
}

/** What answers the requests. */
export interface HTTPHandler {
  /** Answers one request. */
  readonly fetch: (request: Request, environment: HTTPEnvironment["Bindings"]) => Response | Promise<Response>;
  /** Answers 503 to every request whose body has not come whole. */
  readonly giveUpBodies: (reason: string) => void;
}
