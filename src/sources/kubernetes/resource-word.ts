/** Which kind a stored record came from, so that records of a kind that cannot be listed now are kept. */
import type { Endpoint } from "../../records/endpoint.ts";
import { resourceOf } from "../../records/endpoint.ts";
import type { Kind } from "./translate/kind.ts";

/** What `labels.resource` begins with (ExternalDNS source/*.go). */
function resourceWord({ kind }: Pick<Kind, "kind">): string {
  return kind === "DNSEndpoint" ? "crd" : kind.toLowerCase();
}

/** The kinds among these that a record may have come from; one kind may be served by an older group, too. */
export function kindsOfRecord(endpoint: Endpoint, kinds: readonly Kind[]): readonly Kind[] {
  const [word] = resourceOf(endpoint)?.split("/") ?? [];
  return kinds.filter((kind) => kind.translate !== undefined && resourceWord(kind) === word);
}
