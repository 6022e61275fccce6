/** The frame of every translation: who the object is, whom it belongs to, and what it has asked for so far. */
import { readTarget } from "../../../records/address.ts";
import type { Endpoint } from "../../../records/endpoint.ts";
import { parseDNSName } from "../../../records/name.ts";
import { type Annotations, readAnnotations } from "./annotations.ts";
import { type Fields, readFields } from "./fields.ts";
import type { Neighbours, NotAsked, NotAskedCode, Translate } from "./kind.ts";

/** A translation in the making. */
export interface Draft {
  readonly namespace: string;
  readonly name: string;
  readonly metadata: Fields;
  readonly spec: Fields;
  readonly status: Fields;
  readonly annotations: Annotations;
  /**
   * Asks for a name.
   *
   * @param targets - addresses and names; when there are none, the name gets the cluster IP
   */
  readonly ask: (host: string, targets: readonly string[]) => void;
  /** Asks for a record as it is written, in a type that the targets need not agree with. */
  readonly askRecord: (host: string, type: string, targets: readonly string[]) => void;
  readonly refuse: (code: NotAskedCode, message: string) => void;
}

/** Complaints about one object that are kept: a list of a million numbers is one mistake. */
const mostComplaints = 10;

/** The value of the `controller` annotation that leaves an object to ExternalDNS (annotations.go `ControllerValue`). */
const ownController = "dns-controller";

/**
 * Makes a translation.
 *
 * @param word - what `labels.resource` begins with, as in `ingress`
 * @param fill - asks for the names of an object
 */
export function translateBy(word: string, fill: (draft: Draft, neighbours: Neighbours) => void): Translate {
  return (object, neighbours) => {
    const endpoints: Endpoint[] = [];
    const withoutTarget: Endpoint[] = [];
    const notAsked = new Map<string, NotAsked>();
    const refuse: Draft["refuse"] = (code, message) => {
      if (notAsked.size < mostComplaints) notAsked.set(message, { code, message });
    };
    const fields = readFields(object, (complaint) => refuse("malformed", complaint));
    const metadata = fields.object("metadata");
    const [namespace, name] = [metadata.text("namespace"), metadata.text("name")];
    const labels = { resource: `${word}/${namespace}/${name}` };
    const askRecord: Draft["askRecord"] = (host, recordType, targets) => {
      const dnsName = parseDNSName(host);
      if (dnsName === undefined) refuse("bad-host-name", `${JSON.stringify(host)} is no DNS name.`);
      else endpoints.push({ dnsName, targets, recordType, labels });
    };
    const draft: Draft = {
      namespace,
      name,
      metadata,
      spec: fields.object("spec"),
      status: fields.object("status"),
      annotations: readAnnotations(metadata),
      ask: (host, targets) => {
        const dnsName = parseDNSName(host);
        if (targets.length > 0 || dnsName === undefined) askEach(askRecord, host, targets);
        else withoutTarget.push({ dnsName, targets: [dnsName], recordType: "CNAME", labels });
      },
      askRecord,
      refuse,
    };
    if (isOurs(draft)) fill(draft, neighbours);
    return { endpoints, withoutTarget, notAsked: [...notAsked.values()] };
  };
}

function isOurs({ name, annotations, refuse }: Draft): boolean {
  const controller = annotations.value("controller");
  if (name === "") refuse("malformed", "metadata.name is missing.");
  else if (controller === undefined || controller === ownController) return true;
  else refuse("other-controller", `Its annotation controller is ${JSON.stringify(controller)}, so it is left to that.`);
  return false;
}

/** One record per type of target (ExternalDNS endpoint/utils.go `EndpointsForHostname`). */
function askEach(askRecord: Draft["askRecord"], host: string, targets: readonly string[]): void {
  const byType = Map.groupBy(targets.map(withoutDot), typeOfTarget);
  if (byType.size === 0) askRecord(host, "CNAME", []);
  for (const [type, group] of byType) askRecord(host, type, group);
}

function withoutDot(target: string): string {
  return target.endsWith(".") ? target.slice(0, -1) : target;
}

/** The type of record for a target (ExternalDNS endpoint/utils.go `SuitableType`). */
function typeOfTarget(target: string): "A" | "AAAA" | "CNAME" {
  const read = readTarget(target);
  if (read.kind === "name") return "CNAME";
  return target.includes(":") ? "AAAA" : "A";
}
