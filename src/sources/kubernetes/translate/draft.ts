/** The frame of every translation: which object it is, what it belongs to, and what it has asked for so far. */
import type { Endpoint } from "../../../records/endpoint.ts";
import { parseDNSName } from "../../../records/name.ts";
import { type Annotations, otherController, readAnnotations } from "./annotations.ts";
import { type Fields, readFields } from "./fields.ts";
import type { Neighbours, NotAsked, NotAskedReason, Translate, Translation } from "./kind.ts";
import { typeOfTarget } from "./record-target.ts";

/** A translation in the making. */
export interface Draft {
  readonly namespace: string;
  readonly name: string;
  readonly metadata: Fields;
  readonly spec: Fields;
  readonly status: Fields;
  readonly annotations: Annotations;
  /**
   * Asks for a name, with one record for each type of target (ExternalDNS endpoint/utils.go `EndpointsForHostname`).
   *
   * @param targets - addresses and names; when there are none, the name gets the cluster IP
   */
  readonly ask: (host: string, targets: readonly string[]) => void;
  /** Asks for a record as it is written, in a type that the targets need not agree with. */
  readonly askRecord: (host: string, type: string, targets: readonly string[]) => void;
  /**
   * Gives a reason why something is not asked for.
   *
   * @param hosts - the names that it is about
   */
  readonly refuse: (reason: NotAskedReason, sentence: string, hosts?: readonly string[]) => void;
}

/** Reasons that are kept for one object: a list of a million numbers is one mistake. */
const mostReasons = 10;

/**
 * Makes a translation.
 *
 * @param word - what `labels.resource` begins with, as in `ingress`
 * @param fill - asks for the names of an object
 * @param options - `anyController` for a kind whose annotation `controller` means nothing
 */
export function translateBy(
  word: string,
  fill: (draft: Draft, neighbours: Neighbours) => void,
  { anyController = false }: { readonly anyController?: boolean } = {},
): Translate {
  return (object, neighbours) => {
    const { draft, translation } = startDraft(word, object);
    const controller = anyController ? undefined : otherController(draft.annotations);
    if (draft.name === "") draft.refuse("malformed", "metadata.name is missing.");
    else if (controller !== undefined) draft.refuse("other-controller", controller);
    else fill(draft, neighbours);
    return translation();
  };
}

function startDraft(word: string, object: unknown): { readonly draft: Draft; readonly translation: () => Translation } {
  const endpoints: Endpoint[] = [];
  const withoutTarget: Endpoint[] = [];
  const notAsked = new Map<string, NotAsked>();
  const refuse: Draft["refuse"] = (reason, sentence, hosts = []) => {
    const names = hosts.flatMap((host) => parseDNSName(host) ?? []);
    if (notAsked.size < mostReasons) notAsked.set(sentence, { reason, names, sentence });
  };
  const fields = readFields(object, (complaint) => refuse("malformed", complaint));
  const metadata = fields.object("metadata");
  const [namespace, name] = [metadata.text("namespace"), metadata.text("name")];
  const labels = { resource: `${word}/${namespace}/${name}` };
  const add = (to: Endpoint[], host: string, recordType: string, targets?: readonly string[]): void => {
    const dnsName = parseDNSName(host);
    if (dnsName === undefined) refuse("not-a-dns-name", `${JSON.stringify(host)} is not a DNS name.`);
    else to.push({ dnsName, targets: targets ?? [dnsName], recordType, labels });
  };
  const askRecord: Draft["askRecord"] = (host, type, targets) => add(endpoints, host, type, targets);
  const ask: Draft["ask"] = (host, targets) => {
    if (targets.length === 0) add(withoutTarget, host, "CNAME");
    for (const [type, group] of Map.groupBy(targets.map(withoutDot), typeOfTarget)) askRecord(host, type, group);
  };
  const [spec, status, annotations] = [fields.object("spec"), fields.object("status"), readAnnotations(metadata)];
  return {
    draft: { namespace, name, metadata, spec, status, annotations, ask, askRecord, refuse },
    translation: () => ({ endpoints, withoutTarget, notAsked: [...notAsked.values()] }),
  };
}

function withoutDot(target: string): string {
  return target.endsWith(".") ? target.slice(0, -1) : target;
}
