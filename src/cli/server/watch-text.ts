/** What `watch` says while it runs, line by line. */
import { adviceOf } from "../../base/trouble.ts";
import type { Endpoint } from "../../records/endpoint.ts";
import { resourceOf } from "../../records/endpoint.ts";
import type { FeedNotice } from "../../sources/kubernetes/cluster-feeder.ts";
import { unwatchedInterval } from "../../sources/kubernetes/list-watch.ts";
import type { WatcherNotice } from "../../sources/kubernetes/watcher.ts";

/** Objects with complaints that are shown at one time. */
const mostComplaints = 20;

/** A notice as lines for a person; none for what says nothing new. */
export function describeNotice(notice: WatcherNotice): readonly string[] {
  if ("forgotten" in notice) return [`${notice.forgotten}: its context is gone, and so are its names.`];
  if ("renamed" in notice) {
    const { context, name, holder } = notice.renamed;
    return [`${context} is watched as ${name}, since ${holder} has the name that it would have.`];
  }
  if ("context" in notice) return [`${notice.context.context} is not watched. ${notice.context.message}`];
  return describeFeedNotice(notice.notice).map((line) => `${notice.cluster}: ${line}`);
}

function describeFeedNotice(notice: FeedNotice): readonly string[] {
  switch (notice.kind) {
    case "connected":
      return [`connected to ${notice.server}, watching ${notice.kinds.join(", ")}.`];
    case "unreachable":
    case "server-trouble":
      return [`${notice.trouble.message} ${adviceOf(notice.trouble)}`];
    case "forbidden":
      return [`${notice.message}. ${describeRefusal(notice)}`];
    case "not-asked":
      return notice.complaints
        .slice(0, mostComplaints)
        .flatMap(({ object, reasons }) => reasons.map(({ reason, sentence }) => `${object}: ${sentence} [${reason}]`));
    case "made-anew":
      return ["this is another cluster than before, so its names are replaced."];
    case "published": {
      const { create, updateNew, delete: removed } = notice.changes;
      return [
        ...create.map((endpoint) => `+ ${describeEndpoint(endpoint)}`),
        ...updateNew.map((endpoint) => `~ ${describeEndpoint(endpoint)}`),
        ...removed.map((endpoint) => `- ${describeEndpoint(endpoint)}`),
      ];
    }
  }
}

function describeRefusal({ resource, scope, isListed }: FeedNotice & { readonly kind: "forbidden" }): string {
  const where = scope === "" ? "in the whole cluster" : `in ${scope}`;
  if (isListed) return `Names of ${resource} ${where} follow every ${unwatchedInterval / 1_000} seconds.`;
  return `Names of ${resource} are not followed ${where}.`;
}

function describeEndpoint(endpoint: Endpoint): string {
  const { dnsName = "", recordType = "", targets } = endpoint;
  const isSelf = targets?.length === 1 && targets[0] === dnsName;
  const where = isSelf ? "" : ` ${recordType} ${(targets ?? []).join(", ")}`;
  return `${dnsName}${where} (${resourceOf(endpoint) ?? "no resource"})`;
}
