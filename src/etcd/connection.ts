/** The way to the members of an etcd cluster over gRPC: one client for each endpoint, and another endpoint when one fails. */
import { checkServerIdentity } from "node:tls";
import { isIP } from "node:net";
import { isDeepStrictEqual } from "node:util";
import { type ChannelCredentials, Client, type ClientDuplexStream, Metadata, credentials } from "@grpc/grpc-js";
import { type EtcdEndpoint, formatEndpoint } from "./address.ts";
import { type CallStatus, imitatedAnswer, isAbsence, isStaleToken } from "./failure.ts";
import { AuthenticateRequest, AuthenticateResponse } from "./messages.ts";
import type { EtcdAccess, EtcdTLS } from "./model.ts";

/** A message of etcd, as the generated code writes and reads it. */
interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/** A call that etcd takes. */
export interface Method<Request, Response> {
  /** As in `/etcdserverpb.KV/Range`. */
  readonly path: string;
  readonly request: Codec<Request>;
  readonly response: Codec<Response>;
  /** Whether etcd itself may have answered so, where what imitates it answers otherwise. */
  readonly isOfEtcd?: (response: Response) => boolean;
}

export interface CallOptions {
  /** Milliseconds. */
  readonly timeout: number;
  /** Whether it may be made again elsewhere, as everything that changes nothing may. */
  readonly isRepeatable: boolean;
}

/** The call failed; the status says how, and the place where. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly status: CallStatus;
  readonly place: string;

  constructor(status: CallStatus, place: string) {
    super(`${place}: ${status.details}`);
    this.status = status;
    this.place = place;
  }
}

/** The client of one endpoint. */
interface Member {
  readonly place: string;
  readonly client: Client;
}

const authenticate: Method<AuthenticateRequest, AuthenticateResponse> = {
  path: "/etcdserverpb.Auth/Authenticate",
  request: AuthenticateRequest,
  response: AuthenticateResponse,
};

/** Etcd closes connections that ping more often than every 5 s (`--grpc-keepalive-min-time`). */
const channelOptions = {
  "grpc.keepalive_time_ms": 15_000,
  "grpc.keepalive_timeout_ms": 5_000,
  "grpc.initial_reconnect_backoff_ms": 200,
  "grpc.max_reconnect_backoff_ms": 2_000,
  // What etcd sends is as long as the values that lie in it.
  "grpc.max_receive_message_length": -1,
  "grpc.service_config_disable_resolution": 1,
  // Shared with no other client, so that closing one closes its connections.
  "grpc.use_local_subchannel_pool": 1,
};

export class EtcdConnection implements Disposable {
  readonly #access: EtcdAccess;
  #members: readonly Member[];
  #tls: EtcdTLS | undefined;
  #index = 0;
  #token: Promise<string> | undefined;

  /** Connects at the first call. */
  constructor(access: EtcdAccess) {
    this.#access = access;
    this.#tls = access.tls;
    this.#members = access.endpoints.map((endpoint) => toMember(endpoint, access.tls));
  }

  /** The endpoints, as in `e1:2379`. */
  get places(): readonly string[] {
    return this.#members.map(({ place }) => place);
  }

  /**
   * Makes a call. Where nobody answers the next call goes elsewhere, and this one too if it may.
   *
   * @param at - the only place to ask
   * @throws CallError
   */
  async call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    { timeout, isRepeatable }: CallOptions,
    at?: string,
  ): Promise<Response> {
    for (let left = isRepeatable && at === undefined ? this.#members.length : 1; ; left -= 1) {
      const member = this.#memberAt(at);
      try {
        return await this.#callAs(member, method, request, timeout);
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        if (isAbsence(error.status)) this.#leave(member);
        if (left <= 1 || !isAbsence(error.status)) throw error;
      }
    }
  }

  /** Opens a stream of requests and answers at the endpoint in use, which is left when `leave` is called. */
  async stream<Request, Response>(
    method: Method<Request, Response>,
    timeout: number,
  ): Promise<{
    readonly stream: ClientDuplexStream<Request, Response>;
    readonly place: string;
    /** Says that the stream failed, so that the next call goes elsewhere. */
    readonly leave: (status: CallStatus) => void;
  }> {
    const member = this.#memberAt(undefined);
    const metadata = await this.#metadataFor(member, timeout);
    const stream = member.client.makeBidiStreamRequest(
      method.path,
      writerOf(method.request),
      readerOf(method.response),
      metadata,
    );
    const leave = (status: CallStatus): void => {
      if (isStaleToken(status)) this.#token = undefined;
      if (isAbsence(status)) this.#leave(member);
    };
    return { stream, place: member.place, leave };
  }

  [Symbol.dispose](): void {
    for (const { client } of this.#members) client.close();
  }

  /** A token that is too old is replaced once. */
  async #callAs<Request, Response>(
    member: Member,
    method: Method<Request, Response>,
    request: Request,
    timeout: number,
  ): Promise<Response> {
    try {
      return await callMember(member, method, request, { metadata: await this.#metadataFor(member, timeout), timeout });
    } catch (error) {
      if (!(error instanceof CallError) || this.#access.login === undefined || !isStaleToken(error.status)) throw error;
      this.#token = undefined;
      return callMember(member, method, request, { metadata: await this.#metadataFor(member, timeout), timeout });
    }
  }

  /** Without `hasleader` a member that is cut off from the others lets its callers wait in silence. */
  async #metadataFor(member: Member, timeout: number): Promise<Metadata> {
    const metadata = new Metadata();
    metadata.set("hasleader", "true");
    const { login } = this.#access;
    if (login !== undefined) metadata.set("token", await this.#tokenFrom(member, login, timeout));
    return metadata;
  }

  async #tokenFrom(
    member: Member,
    { user, password }: NonNullable<EtcdAccess["login"]>,
    timeout: number,
  ): Promise<string> {
    this.#token ??= callMember(
      member,
      authenticate,
      { name: user, password },
      { metadata: new Metadata(), timeout },
    ).then(({ token }) => token);
    const token = this.#token;
    try {
      return await token;
    } catch (error) {
      if (this.#token === token) this.#token = undefined;
      throw error;
    }
  }

  #memberAt(place: string | undefined): Member {
    const member =
      place === undefined ? this.#members[this.#index] : this.#members.find((each) => each.place === place);
    if (member === undefined) throw new RangeError(`no endpoint ${place ?? ""}`);
    return member;
  }

  #leave(member: Member): void {
    if (this.#members[this.#index] === member) this.#index = (this.#index + 1) % this.#members.length;
    this.#renew();
  }

  /** A certificate that was renewed is shown from the next connection on. */
  #renew(): void {
    const tls = this.#access.renewTLS?.();
    if (tls === undefined || isDeepStrictEqual(tls, this.#tls)) return;
    const before = this.#members;
    try {
      this.#members = this.#access.endpoints.map((endpoint) => toMember(endpoint, tls));
    } catch {
      // The key of another certificate, as between the writing of two files, or no certificate at all.
      return;
    }
    this.#tls = tls;
    for (const { client } of before) client.close();
  }
}

function toMember(endpoint: EtcdEndpoint, tls: EtcdTLS | undefined): Member {
  const place = formatEndpoint(endpoint);
  // The resolver of gRPC takes an address with its port, and a name with its port.
  const isAddress = isIP(endpoint.host) !== 0;
  const options = isAddress && tls !== undefined ? { "grpc.ssl_target_name_override": "etcd" } : {};
  const client = new Client(place, credentialsFor(endpoint, tls), { ...channelOptions, ...options });
  return { place, client };
}

/** TLS has no server names that are addresses (RFC 6066 section 3), so the certificate's are compared here. */
function credentialsFor({ host }: EtcdEndpoint, tls: EtcdTLS | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  const { authority, certificate, key } = tls;
  const verify =
    isIP(host) === 0
      ? {}
      : {
          checkServerIdentity: (_: string, found: Parameters<typeof checkServerIdentity>[1]) =>
            checkServerIdentity(host, found),
        };
  return credentials.createSsl(bytesOf(authority), bytesOf(key), bytesOf(certificate), verify);
}

function bytesOf(text: string | undefined): Buffer | null {
  return text === undefined ? null : Buffer.from(text);
}

function writerOf<Message>(codec: Codec<Message>): (message: Message) => Buffer {
  return (message) => Buffer.from(codec.encode(message).finish());
}

function readerOf<Message>(codec: Codec<Message>): (bytes: Buffer) => Message {
  return (bytes) => codec.decode(bytes);
}

function callMember<Request, Response>(
  { client, place }: Member,
  { path, request: requestCodec, response: responseCodec, isOfEtcd }: Method<Request, Response>,
  request: Request,
  { metadata, timeout }: { readonly metadata: Metadata; readonly timeout: number },
): Promise<Response> {
  const { promise, resolve, reject } = Promise.withResolvers<Response>();
  client.makeUnaryRequest(
    path,
    writerOf(requestCodec),
    readerOf(responseCodec),
    request,
    metadata,
    { deadline: Date.now() + timeout },
    (error, response) => {
      if (error !== null) reject(new CallError({ code: error.code, details: error.details }, place));
      else if (response === undefined) reject(new CallError({ code: 13, details: "an empty answer" }, place));
      else if (isOfEtcd?.(response) === false) reject(new CallError(imitatedAnswer, place));
      else resolve(response);
    },
  );
  return promise;
}
