/** Do the stored records belong to this ExternalDNS? Those of another owner it never changes and never removes. */
import * as z from "zod/mini";
import { renderChange } from "../../dtk/external-dns/change.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WebhookPath, lookAtChain } from "../looks/cluster-looks.ts";
import { methodPath } from "../../contract/paths.ts";

export const externalDNSOwner: Check = {
  id: "external-dns-owner",
  title: "The records are ExternalDNS's own",
  needs: ["server-answers", "external-dns-installed"],
  run: async (desktop) => {
    const chain = await desktop.once(lookAtChain);
    const name = chain.cluster?.name ?? defaultCluster;
    const answer = await desktop.ask(methodPath(name, "records"));
    return [judgeOwner(chain, readOwners(answer ?? "[]"), desktop)];
  },
};

const recordsSchema = z.array(z.object({ targets: z.optional(z.nullable(z.array(z.string()))) }));

/** How many ownership records there are of each owner (registry/txt; endpoint/labels.go). */
export function readOwners(text: string): ReadonlyMap<string, number> {
  const owners = new Map<string, number>();
  const targets = z.parse(recordsSchema, JSON.parse(text)).flatMap((record) => record.targets ?? []);
  for (const target of targets) {
    const [, owner] = /^"?heritage=external-dns,.*external-dns\/owner=([^,"]+)/.exec(target) ?? [];
    if (owner !== undefined) owners.set(owner, (owners.get(owner) ?? 0) + 1);
  }
  return owners;
}

/** Judges by the owners. */
export function judgeOwner(
  { externalDNS }: WebhookPath,
  owners: ReadonlyMap<string, number>,
  desktop: Pick<Desktop, "place">,
): Finding {
  const { registry, ownerId } = externalDNS.settings;
  if (registry === "noop") {
    const message =
      "ExternalDNS marks no record as its own (registry noop), so it takes all that the server has of this cluster for its own.";
    const hint =
      "That is well as long as no second ExternalDNS calls for the same cluster; otherwise leave --registry out.";
    return { grade: "note", code: "registry-without-owner", message, hint };
  }
  const [other] = [...owners].filter(([owner]) => owner !== ownerId).toSorted(([, left], [, right]) => right - left);
  if (registry !== "txt" || other === undefined) return ok(`The records belong to ${ownerId}, which ExternalDNS is.`);
  const [owner, count] = other;
  const message = `${count} ${count === 1 ? "record belongs" : "records belong"} to the owner ${owner}, and ExternalDNS is ${ownerId} now: it never removes them.`;
  const change = { flag: "txt-owner-id", values: [owner], chartValue: `txtOwnerId=${owner}` };
  const hint = `Let it be ${owner} again:`;
  const command = renderChange(externalDNS, change, desktop.place);
  return { grade: "warning", code: "owner-changed", message, hint, command };
}
