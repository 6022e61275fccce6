/** Asks the server whether ExternalDNS has sent a name. It answers with what ExternalDNS sent, and not with what other sources did. */
import * as z from "zod/mini";
import { canonicalName } from "../../records/name.ts";
import type { Desktop } from "../check.ts";
import { methodPath } from "../../contract/paths.ts";

const recordsSchema = z.array(z.object({ dnsName: z.string() }));

/** Whether ExternalDNS of a cluster has sent a record of the name. */
export async function isStored({ ask }: Pick<Desktop, "ask">, cluster: string, name: string): Promise<boolean> {
  const answer = await ask(methodPath(cluster, "records"));
  return hasName(answer, name);
}

/** Whether the server's answer to a request for records has the name; undefined when none came. */
export function hasName(answer: string | undefined, name: string): boolean {
  const records = recordsSchema.safeParse(answer === undefined ? [] : JSON.parse(answer));
  return records.success && records.data.some(({ dnsName }) => canonicalName(dnsName) === name);
}
