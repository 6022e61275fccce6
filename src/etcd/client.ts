/** What this program asks of etcd: lists at one revision, transactions that compare, watches, and how its members are. */
import { CallError, type CallOptions, EtcdConnection, type Method } from "./connection.ts";
import { type EtcdFailure, explainStatus, isUnknown } from "./failure.ts";
import { headerOf, itemOf } from "./header.ts";
import {
  MemberListRequest,
  MemberListResponse,
  RangeRequest,
  RangeResponse,
  type RequestOp,
  StatusRequest,
  StatusResponse,
  TxnRequest,
  TxnResponse,
} from "./messages.ts";
import {
  type EtcdAccess,
  type EtcdCompare,
  type EtcdHeader,
  type EtcdItem,
  type EtcdResult,
  type EtcdTxn,
  type KeyRange,
  type TxnOutcome,
  type WatchNews,
  isOfEtcd,
} from "./model.ts";
import { watchKeys } from "./watch.ts";

/** How one member is. */
export interface MemberStatus {
  /** As in `3.6.14`. */
  readonly version: string;
  readonly header: EtcdHeader;
  readonly memberId: bigint;
  /** The leader's member id; 0 without one. */
  readonly leader: bigint;
  /** Bytes on disk. */
  readonly databaseBytes: number;
  /** Alarms in etcd's words, as in `etcdserver: mvcc: database space exceeded`. */
  readonly errors: readonly string[];
  readonly isLearner: boolean;
}

export interface EtcdMember {
  readonly id: bigint;
  readonly name: string;
  readonly clientURLs: readonly string[];
}

interface EtcdOptions {
  /** Milliseconds that a call may take. A member that is frozen costs so long, then another is asked. */
  readonly timeout?: number | undefined;
}

export interface ListOptions {
  /** The revision to read at; the latest when undefined, read so that no acknowledged change is missed. */
  readonly at?: bigint | undefined;
  /** Items of one page. */
  readonly pageSize?: number | undefined;
  /** Keys alone, with empty values. */
  readonly keysOnly?: boolean | undefined;
}

const methods = {
  range: {
    path: "/etcdserverpb.KV/Range",
    request: RangeRequest,
    response: RangeResponse,
    // Without the id of a cluster no position could be told from one of another.
    isOfEtcd: ({ header }: RangeResponse) => isOfEtcd(headerOf(header)),
  },
  txn: { path: "/etcdserverpb.KV/Txn", request: TxnRequest, response: TxnResponse },
  status: { path: "/etcdserverpb.Maintenance/Status", request: StatusRequest, response: StatusResponse },
  members: { path: "/etcdserverpb.Cluster/MemberList", request: MemberListRequest, response: MemberListResponse },
};

const defaultTimeout = 3_000;

const noBytes = Buffer.alloc(0);
const zeroByte = Buffer.alloc(1);

/** The sort orders and targets of `etcd.proto`. */
const latestFirst = { sortOrder: 2, sortTarget: 3 };

/** Nothing here throws for trouble with etcd: each call says how it ended. */
export class EtcdClient implements Disposable {
  readonly #connection: EtcdConnection;
  readonly #timeout: number;

  /** Connects at the first call. */
  constructor(access: EtcdAccess, { timeout = defaultTimeout }: EtcdOptions = {}) {
    this.#connection = new EtcdConnection(access);
    this.#timeout = timeout;
  }

  /** The endpoints, as in `e1:2379`. */
  get places(): readonly string[] {
    return this.#connection.places;
  }

  /**
   * Lists a range in the order of its keys, page by page, all at one revision.
   *
   * @param take - gets each page
   * @returns the header; its revision is the one that was read at, from which a watch goes on with the next. The failure
   *   is `compacted` when history was compacted in between: what was taken is void then
   */
  async list(
    range: KeyRange,
    take: (items: readonly EtcdItem[]) => void,
    { at, pageSize = 1_000, keysOnly = false }: ListOptions = {},
  ): Promise<EtcdResult<EtcdHeader>> {
    const { key: start, rangeEnd } = rangeOf(range);
    let [key, revision, header] = [start, at ?? 0n, undefined as EtcdHeader | undefined];
    for (;;) {
      const request = { key, rangeEnd, limit: BigInt(pageSize), revision, keysOnly };
      const page = await this.#read(methods.range, RangeRequest.fromPartial(request));
      if (!page.ok) return page;
      header ??= { ...headerOf(page.value.header), ...(at !== undefined && { revision: at }) };
      revision = header.revision;
      take(page.value.kvs.map(itemOf));
      const last = page.value.kvs.at(-1);
      if (!page.value.more || last === undefined) return { ok: true, value: header };
      // The bytes themselves: a key that is not text would come back as another, and be listed for ever.
      key = Buffer.concat([last.key, zeroByte]);
    }
  }

  /**
   * Reads one key.
   *
   * @param at - the revision to read at; as it is now when undefined, so that no acknowledged change is missed
   */
  async get(
    key: string,
    at = 0n,
  ): Promise<EtcdResult<{ readonly header: EtcdHeader; readonly item: EtcdItem | undefined }>> {
    return this.#readOne(RangeRequest.fromPartial({ ...rangeOf({ from: key }), revision: at }));
  }

  /** Reads which key of a range changed last, without its value; undefined in an empty range. */
  async lastChanged(
    range: KeyRange,
  ): Promise<EtcdResult<{ readonly header: EtcdHeader; readonly item: EtcdItem | undefined }>> {
    return this.#readOne(RangeRequest.fromPartial({ ...rangeOf(range), ...latestFirst, limit: 1n, keysOnly: true }));
  }

  /** Changes everything or nothing. What it compares must hold at that moment. */
  async commit(txn: EtcdTxn): Promise<TxnOutcome> {
    const request = TxnRequest.fromPartial({
      compare: txn.compares.map(compareOf),
      success: [...txn.deletes.map(deleteOf), ...txn.puts.map(putOf)],
    });
    const result = await this.#call(methods.txn, request, { timeout: this.#timeout, isRepeatable: false });
    if (!result.ok) return { kind: isUnknown(result.failure) ? "unknown" : "refused", failure: result.failure };
    return { kind: result.value.succeeded ? "done" : "lost", header: headerOf(result.value.header) };
  }

  /**
   * Follows the changes of a range. A reader that stops, or aborts, ends it at etcd too.
   *
   * @param from - the first revision that is wanted; 0 for what comes from now on
   */
  watch(range: KeyRange, from: bigint, signal: AbortSignal): AsyncGenerator<WatchNews, void> {
    return watchKeys(this.#connection, { ...rangeOf(range), from, timeout: this.#timeout, signal });
  }

  /** Asks one member how it is. */
  async status(place: string): Promise<EtcdResult<MemberStatus>> {
    const result = await this.#read(methods.status, StatusRequest.fromPartial({}), place);
    if (!result.ok) return result;
    const { header, version, leader, dbSize, errors, isLearner } = result.value;
    const databaseBytes = Number(dbSize);
    return {
      ok: true,
      value: {
        version,
        header: headerOf(header),
        memberId: header?.memberId ?? 0n,
        leader,
        databaseBytes,
        errors,
        isLearner,
      },
    };
  }

  /** Asks for the members of the cluster. */
  async members(): Promise<EtcdResult<readonly EtcdMember[]>> {
    const result = await this.#read(methods.members, MemberListRequest.fromPartial({}));
    if (!result.ok) return result;
    return { ok: true, value: result.value.members.map(({ ID: id, name, clientURLs }) => ({ id, name, clientURLs })) };
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  async #readOne(
    request: RangeRequest,
  ): Promise<EtcdResult<{ readonly header: EtcdHeader; readonly item: EtcdItem | undefined }>> {
    const result = await this.#read(methods.range, request);
    if (!result.ok) return result;
    const [first] = result.value.kvs;
    return { ok: true, value: { header: headerOf(result.value.header), item: first && itemOf(first) } };
  }

  #read<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    at?: string,
  ): Promise<EtcdResult<Response>> {
    return this.#call(method, request, { timeout: this.#timeout, isRepeatable: true }, at);
  }

  async #call<Request, Response>(
    method: Method<Request, Response>,
    request: Request,
    options: CallOptions,
    at?: string,
  ): Promise<EtcdResult<Response>> {
    try {
      return { ok: true, value: await this.#connection.call(method, request, options, at) };
    } catch (error) {
      return { ok: false, failure: failureOf(error) };
    }
  }
}

function failureOf(error: unknown): EtcdFailure {
  if (!(error instanceof CallError)) throw error;
  return explainStatus(error.status, error.place);
}

function rangeOf({ from, until }: KeyRange): { readonly key: Buffer; readonly rangeEnd: Buffer } {
  return { key: Buffer.from(from), rangeEnd: until === undefined ? noBytes : Buffer.from(until) };
}

/** Every comparison is for equality; the numbers are those of the targets in `etcd.proto`. */
function compareOf(compare: EtcdCompare) {
  const key = Buffer.from(compare.key);
  if ("value" in compare) {
    return { key, target: 3, targetUnion: { $case: "value" as const, value: Buffer.from(compare.value) } };
  }
  return { key, target: 2, targetUnion: { $case: "modRevision" as const, modRevision: compare.modRevision } };
}

function putOf({ key, value }: EtcdTxn["puts"][number]): RequestOp {
  const requestPut = { key: Buffer.from(key), value: Buffer.from(value) };
  return { request: { $case: "requestPut", requestPut } };
}

function deleteOf(key: string): RequestOp {
  return {
    request: { $case: "requestDeleteRange", requestDeleteRange: { key: Buffer.from(key), rangeEnd: noBytes } },
  };
}
