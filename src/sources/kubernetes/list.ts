/** Lists the objects of a kind, page by page. An incomplete list is an error. */
import { AnswerError, readText, refusalOf } from "./answer.ts";
import { type KubernetesObject, keyOf, parseObject } from "./object.ts";
import type { Transport } from "./transport.ts";
import { parseJSON } from "../../base/json.ts";

export interface ListLimits {
  /** Objects in one answer. */
  readonly page: number;
  /** Milliseconds for a whole list. */
  readonly list: number;
  /** Milliseconds without a byte. The API server sends a bookmark about every minute. */
  readonly silence: number;
}

export interface ListOptions<Item> {
  /** Of the list, without a query, as in `/apis/networking.k8s.io/v1/ingresses`. */
  readonly path: string;
  readonly accept?: string;
  /** What is kept of an object. */
  readonly read: (object: KubernetesObject) => Item;
  readonly transport: Transport;
  readonly signal: AbortSignal;
  readonly limits: ListLimits;
}

/** Every object of a kind, and the version from which a watch goes on. */
interface List<Item> {
  readonly version: string;
  readonly items: Map<string, Item>;
}

/**
 * Lists the objects without a resourceVersion, which is how the list is never older than the question.
 *
 * @throws Error where the list is not complete for whatever reason
 */
export async function listObjects<Item>(options: ListOptions<Item>): Promise<List<Item>> {
  const { page, list } = options.limits;
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(list)]);
  try {
    return await listInPages(options, page, signal);
  } catch (error) {
    // The list changed too much to be continued. A whole one has nothing to continue.
    if (error instanceof AnswerError && error.reason === "expired") return await listInPages(options, 0, signal);
    throw error;
  }
}

/** The version of the first page is that of all (kubernetes.io, API concepts, retrieving large result sets in chunks). */
async function listInPages<Item>(options: ListOptions<Item>, page: number, signal: AbortSignal): Promise<List<Item>> {
  const items = new Map<string, Item>();
  let version: string | undefined;
  let token = "";
  do {
    const query = new URLSearchParams({
      ...(page > 0 && { limit: String(page) }),
      ...(token !== "" && { continue: token }),
    });
    const answer = await readPage(
      options,
      query.size === 0 ? options.path : `${options.path}?${query.toString()}`,
      signal,
    );
    for (const value of answer.items) {
      const object = parseObject(value);
      if (object !== undefined) items.set(keyOf(object), options.read(object));
    }
    version ??= answer.version;
    if (answer.token !== "" && answer.token === token) throw new AnswerError("unreadable", "the list never ends");
    token = answer.token;
  } while (token !== "");
  return { version, items };
}

interface Page {
  readonly version: string;
  readonly token: string;
  readonly items: readonly unknown[];
}

async function readPage<Item>(options: ListOptions<Item>, path: string, signal: AbortSignal): Promise<Page> {
  const { transport, accept, limits } = options;
  const answer = await transport({ path, silence: limits.silence, signal, ...(accept !== undefined && { accept }) });
  const text = await readText(answer.chunks);
  if (answer.status !== 200) throw refusalOf(answer.status, text, answer.retryAfter);
  const page = parsePage(text);
  if (page === undefined)
    throw new AnswerError("unreadable", `the answer to ${path} is not a list of Kubernetes objects`);
  return page;
}

function parsePage(text: string): Page | undefined {
  const value = parseJSON(text) as
    | { metadata?: { resourceVersion?: unknown; continue?: unknown } | null; items?: unknown }
    | null
    | undefined;
  const { resourceVersion, continue: token = "" } = value?.metadata ?? {};
  const items = value?.items ?? [];
  const isList = typeof resourceVersion === "string" && typeof token === "string" && Array.isArray(items);
  return isList && value !== null && value !== undefined && "items" in value
    ? { version: resourceVersion, token, items: items as unknown[] }
    : undefined;
}
