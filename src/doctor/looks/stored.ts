/** Asks the server whether ExternalDNS has sent a name. It answers with what ExternalDNS sent, and not with what other sources did. */
import * as z from "zod/mini";
import { defaultCluster } from "../../records/cluster.ts";
import { canonicalName } from "../../records/name.ts";
import type { Desktop } from "../check.ts";

const recordsSchema = z.array(z.object({ dnsName: z.string() }));

/** Whether ExternalDNS of a cluster has sent a record of the name. */
export async function isStored({ ask }: Pick<Desktop, "ask">, cluster: string, name: string): Promise<boolean> {
  const answer = await ask(cluster === defaultCluster ? "/records" : `/clusters/${cluster}/records`);
  const records = recordsSchema.safeParse(answer === undefined ? [] : JSON.parse(answer));
  return records.success && records.data.some(({ dnsName }) => canonicalName(dnsName) === name);
}
