/** ExternalDNS's record and the changes it asks for, as plain values; what the wire looks like is in webhook/schema.ts. */
import { canonicalName } from "./name.ts";
import { type Steps, finish, forEachInSteps } from "../base/steps.ts";

/** ExternalDNS `endpoint.Endpoint` (endpoint/endpoint.go): every key may be missing, unknown keys are kept. */
export interface Endpoint {
  readonly dnsName?: string | undefined;
  readonly targets?: readonly string[] | null | undefined;
  readonly recordType?: string | undefined;
  readonly setIdentifier?: string | undefined;
  /** Seconds. */
  readonly recordTTL?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | null | undefined;
  readonly providerSpecific?: readonly { readonly name?: string; readonly value?: string }[] | null | undefined;
  readonly [unknownKey: string]: unknown;
}

/** ExternalDNS `plan.Changes` after reading: every list is there. */
export interface Changes {
  readonly create: readonly Endpoint[];
  readonly updateOld: readonly Endpoint[];
  readonly updateNew: readonly Endpoint[];
  readonly delete: readonly Endpoint[];
}

/** What identifies a record in a cluster. */
export interface RecordKey {
  /** Lower case, without trailing dot. */
  readonly name: string;
  /** Upper case, as in `A`, `CNAME`, `TXT`. */
  readonly type: string;
  readonly setIdentifier: string;
}

/** What a change means for the store: first every removal, then every put. No key is in both lists. */
export interface Mutation {
  readonly remove: readonly RecordKey[];
  readonly put: readonly { readonly key: RecordKey; readonly endpoint: Endpoint }[];
}

/** The key under which an endpoint is stored. */
export function recordKey(endpoint: Endpoint): RecordKey {
  return {
    name: canonicalName(endpoint.dnsName ?? ""),
    type: (endpoint.recordType ?? "").toUpperCase(),
    setIdentifier: endpoint.setIdentifier ?? "",
  };
}

/** A text for maps; the parts cannot contain the separator since a name with control characters is refused. */
export function keyText(key: RecordKey): string {
  return `${key.name}\0${key.type}\0${key.setIdentifier}`;
}

/**
 * The Kubernetes resource that an endpoint came from, as in `ingress/default/test`. A label may hold anything, so one with
 * control characters, which could forge lines of the log, counts as none.
 */
export function resourceOf(endpoint: Endpoint): string | undefined {
  const resource = endpoint.labels?.["resource"];
  return resource === undefined || /\p{Cc}/u.test(resource) ? undefined : resource;
}

/**
 * Turns ExternalDNS's changes into removals and puts. Deletes and the old side of updates go first, creates and the
 * new side of updates are upserts, so that an A that becomes a CNAME never loses its name, a lost state heals by the
 * same creates again, and twice equals once.
 */
export function* planMutationInSteps(changes: Changes): Steps<Mutation> {
  const put = new Map<string, { key: RecordKey; endpoint: Endpoint }>();
  yield* forEachInSteps([...changes.create, ...changes.updateNew], (endpoint) => {
    const key = recordKey(endpoint);
    put.set(keyText(key), { key, endpoint });
  });
  const remove = new Map<string, RecordKey>();
  yield* forEachInSteps([...changes.delete, ...changes.updateOld], (endpoint) => {
    const key = recordKey(endpoint);
    const text = keyText(key);
    if (!put.has(text)) remove.set(text, key);
  });
  return { remove: [...remove.values()], put: [...put.values()] };
}

/** Does what {@link planMutationInSteps} does without a pause. */
export function planMutation(changes: Changes): Mutation {
  return finish(planMutationInSteps(changes));
}
