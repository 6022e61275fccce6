/** An etcd in memory that is asked over gRPC, for tests of what must not need a real one: keys with revisions, transactions, and watches from any revision. */
import { Server, ServerCredentials, type ServerDuplexStream, type sendUnaryData } from "@grpc/grpc-js";
import { type CallStatus, codes } from "../../src/etcd/failure.ts";
import {
  MemberListRequest,
  MemberListResponse,
  RangeRequest,
  RangeResponse,
  StatusRequest,
  StatusResponse,
  TxnRequest,
  TxnResponse,
  WatchRequest,
  WatchResponse,
} from "../../src/etcd/messages.ts";

interface Held {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly createRevision: bigint;
  readonly modRevision: bigint;
  readonly version: bigint;
}

interface Happened {
  /** 0 put, 1 delete. */
  readonly type: 0 | 1;
  readonly kv: Held;
}

/** What was asked for is not kept any more. */
class RefusedError extends Error {}

export interface EtcdServer extends AsyncDisposable {
  /** As in `etcd://127.0.0.1:2379`. */
  readonly url: string;
  readonly place: string;
  /** What is kept, by key. */
  readonly values: () => Readonly<Record<string, string>>;
  /** Writes keys in one transaction, as another client does; undefined deletes one. */
  readonly put: (changes: Readonly<Record<string, string | undefined>>) => void;
  /** Forgets the history up to now. */
  readonly compact: () => void;
  /** The status with which a method such as `Txn` is refused; undefined for an answer. */
  refuse: (method: string) => CallStatus | undefined;
  /** The status with which a method ends although it took place; undefined for an answer. */
  lose: (method: string) => CallStatus | undefined;
  /** Holds back the changes of keys from those who watch, until {@link tellLate}. */
  isLate: (key: string) => boolean;
  /** Tells what was held back. */
  readonly tellLate: () => void;
  /** What its member says of itself. */
  status: Partial<StatusResponse>;
  /** Names the cluster in each answer; 0 in those of what imitates etcd. */
  clusterId: bigint;
}

/** Opens it on a free port of loopback. */
export async function startEtcdServer(): Promise<EtcdServer> {
  const keys = new Map<string, Held>();
  /** What has happened since the history was last forgotten, and the keys as they were then. */
  const history: Happened[] = [];
  let base: ReadonlyMap<string, Held> = new Map();
  const watchers = new Map<ServerDuplexStream<WatchRequest, WatchResponse>, (events: readonly Happened[]) => void>();
  const late: (() => void)[] = [];
  let [revision, compacted] = [1n, 0n];
  const header = () => ({ clusterId: etcd.clusterId, memberId: 1n, revision, raftTerm: 2n });

  const change = (changes: readonly (readonly [Buffer, Buffer | undefined])[]): void => {
    revision += 1n;
    const events = changes.flatMap(([key, value]): readonly Happened[] => {
      const before = keys.get(key.toString());
      const createRevision = before?.createRevision ?? revision;
      const kv = { key, value: value ?? Buffer.alloc(0), createRevision, modRevision: revision };
      const version = (before?.version ?? 0n) + 1n;
      if (value === undefined && !keys.delete(key.toString())) return [];
      if (value === undefined) return [{ type: 1, kv: { ...kv, version: 0n } }];
      keys.set(key.toString(), { ...kv, version });
      return [{ type: 0, kv: { ...kv, version } }];
    });
    history.push(...events);
    for (const tell of watchers.values()) tell(events);
  };

  /** The keys as they were at a revision; as they are now at 0. */
  const keysAt = (at: bigint): ReadonlyMap<string, Held> => {
    if (at === 0n) return keys;
    if (at <= compacted) throw new RefusedError("etcdserver: mvcc: required revision has been compacted");
    const before = new Map(base);
    for (const { type, kv } of history) {
      if (kv.modRevision > at) break;
      if (type === 1) before.delete(kv.key.toString());
      else before.set(kv.key.toString(), kv);
    }
    return before;
  };

  const range = (request: RangeRequest): RangeResponse => {
    const { key, rangeEnd, limit, sortOrder, sortTarget, keysOnly } = request;
    const kept = [...keysAt(request.revision).values()];
    const found = kept.filter((held) => isIn(held.key, { key, rangeEnd })).toSorted(byKey);
    if (sortOrder === 2 && sortTarget === 3) found.sort((a, b) => Number(b.modRevision - a.modRevision));
    const page = limit > 0n ? found.slice(0, Number(limit)) : found;
    const kvs = page.map((held) => (keysOnly ? { ...held, value: Buffer.alloc(0) } : held));
    return { header: header(), kvs, more: page.length < found.length, count: BigInt(found.length) };
  };

  const transact = ({ compare, success }: TxnRequest): TxnResponse => {
    const holds = compare.every(({ key, targetUnion }) => {
      const held = keys.get(key.toString());
      if (targetUnion?.$case === "value") return held?.value.equals(targetUnion.value) === true;
      return targetUnion?.$case === "modRevision" && (held?.modRevision ?? 0n) === targetUnion.modRevision;
    });
    if (!holds) return { header: header(), succeeded: false };
    change(
      success.flatMap(({ request }): readonly (readonly [Buffer, Buffer | undefined])[] => {
        if (request?.$case === "requestPut") return [[request.requestPut.key, request.requestPut.value]];
        return request === undefined ? [] : [[request.requestDeleteRange.key, undefined]];
      }),
    );
    return { header: header(), succeeded: true };
  };

  const watch = (stream: ServerDuplexStream<WatchRequest, WatchResponse>): void => {
    const answer = (part: Partial<WatchResponse>): void =>
      void stream.write(WatchResponse.fromPartial({ header: header(), ...part }));
    stream.on("data", ({ requestUnion }: WatchRequest) => {
      if (requestUnion?.$case !== "createRequest") return;
      const { createRequest } = requestUnion;
      const { startRevision } = createRequest;
      answer({ created: true });
      if (startRevision > 0n && startRevision <= compacted)
        return answer({ canceled: true, compactRevision: compacted });
      const tell = (events: readonly Happened[]): void => {
        const wanted = events.filter(({ kv }) => isIn(kv.key, createRequest));
        if (wanted.some(({ kv }) => etcd.isLate(kv.key.toString()))) late.push(() => answer({ events: wanted }));
        else if (wanted.length > 0) answer({ events: wanted });
      };
      const missed = history.filter(({ kv }) => startRevision > 0n && kv.modRevision >= startRevision);
      for (const events of Map.groupBy(missed, ({ kv }) => kv.modRevision).values()) tell(events);
      watchers.set(stream, tell);
    });
    const end = (): void => void watchers.delete(stream);
    stream.on("cancelled", end).on("end", end).on("error", end);
  };

  const server = new Server();
  const unary = <Request, Response>(
    method: string,
    codecs: readonly [Codec<Request>, Codec<Response>],
    answer: (request: Request) => Response,
  ): void => {
    const [, name = ""] = method.split("/");
    const definition = definitionOf(method, codecs, false);
    server.addService({ [name]: definition } as never, {
      [name]: ({ request }: { request: Request }, done: sendUnaryData<Response>) => {
        const refused = etcd.refuse(name);
        if (refused !== undefined) return done(refused);
        try {
          const answered = answer(request);
          const lost = etcd.lose(name);
          if (lost === undefined) done(null, answered);
          else done(lost);
        } catch (error) {
          if (!(error instanceof RefusedError)) throw error;
          done({ code: codes.outOfRange, details: error.message });
        }
      },
    });
  };
  unary("KV/Range", [RangeRequest, RangeResponse], range);
  unary("KV/Txn", [TxnRequest, TxnResponse], transact);
  unary("Maintenance/Status", [StatusRequest, StatusResponse], () =>
    StatusResponse.fromPartial({ header: header(), version: "3.6.5", dbSize: 20_000_000n, leader: 1n, ...etcd.status }),
  );
  unary("Cluster/MemberList", [MemberListRequest, MemberListResponse], () =>
    MemberListResponse.fromPartial({ header: header(), members: [] }),
  );
  server.addService({ Watch: definitionOf("Watch/Watch", [WatchRequest, WatchResponse], true) } as never, {
    Watch: watch,
  });
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
    error === null ? resolve(port) : reject(error),
  );
  const place = `127.0.0.1:${await promise}`;
  const etcd: EtcdServer = {
    url: `etcd://${place}`,
    place,
    values: () => Object.fromEntries([...keys].map(([key, { value }]) => [key, value.toString()])),
    put: (changes) =>
      change(
        Object.entries(changes).map(([key, value]) => [
          Buffer.from(key),
          value === undefined ? undefined : Buffer.from(value),
        ]),
      ),
    compact: () => {
      compacted = revision;
      base = new Map(keys);
      history.length = 0;
    },
    refuse: () => undefined,
    lose: () => undefined,
    isLate: () => false,
    tellLate: () => {
      for (const tell of late.splice(0)) tell();
    },
    status: {},
    clusterId: 7n,
    [Symbol.asyncDispose]: async () => {
      server.forceShutdown();
      return Promise.resolve();
    },
  };
  return etcd;
}

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

function definitionOf<Request, Response>(
  method: string,
  [request, response]: readonly [Codec<Request>, Codec<Response>],
  isStream: boolean,
): object {
  return {
    path: `/etcdserverpb.${method}`,
    requestStream: isStream,
    responseStream: isStream,
    requestSerialize: (message: Request) => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes: Buffer) => request.decode(bytes),
    responseSerialize: (message: Response) => Buffer.from(response.encode(message).finish()),
    responseDeserialize: (bytes: Buffer) => response.decode(bytes),
  };
}

function isIn(key: Buffer, range: { readonly key: Buffer; readonly rangeEnd: Buffer }): boolean {
  if (range.rangeEnd.length === 0) return key.equals(range.key);
  return key.compare(range.key) >= 0 && key.compare(range.rangeEnd) < 0;
}

function byKey(left: Held, right: Held): number {
  return left.key.compare(right.key);
}
