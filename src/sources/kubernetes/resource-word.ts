/** Which kind a stored record came from, so that records of a kind that cannot be listed now are kept. */
import type { Endpoint } from "../../records/endpoint.ts";
import { resourceOf } from "../../records/endpoint.ts";
import type { Kind } from "./translate/kind.ts";

/** What `labels.resource` begins with (ExternalDNS source/*.go). */
export function resourceWord({ kind }: Pick<Kind, "kind">): string {
  return kind === "DNSEndpoint" ? "crd" : kind.toLowerCase();
}

/** The kind among these that a record came from. */
export function kindOfRecord(endpoint: Endpoint, kinds: readonly Kind[]): Kind | undefined {
  const [word] = resourceOf(endpoint)?.split("/") ?? [];
  return kinds.find((kind) => kind.translate !== undefined && resourceWord(kind) === word);
}
