/** How a team is, in words for people: one home for the texts of `status` and of the page. */
import { counted, formatCount } from "../base/words.ts";
import { isFollowURL } from "./invitation.ts";
import type { Status } from "./status.ts";

type Team = NonNullable<Status["teams"]>[number];

const states: Readonly<Record<string, string>> = {
  connecting: "is being asked for the first time",
  live: "is followed live",
  unreachable: "cannot be followed",
  "other-store": "is not at its address any more",
  held: "is held at an earlier list",
};

/** Says how a team is, as the end of a sentence that begins with its name. */
export function describeTeamState({ state }: Team): string {
  return states[state] ?? state;
}

/** Says how many names it has, and what became of them. */
export function describeTeamNames({ names, shown, shadowed, refused }: Team): string {
  const refusals = Object.values(refused).reduce((sum, count) => sum + count, 0);
  const parts = [
    `${formatCount(shown)} of ${counted(names, "name")} shown`,
    ...(shadowed > 0 ? [`${formatCount(shadowed)} that others have`] : []),
    ...(refusals > 0 ? [`${formatCount(refusals)} refused`] : []),
  ];
  return parts.join(", ");
}

/** The command that asks a team's store how it is, without a look at certificates. */
export function healthCommand(via: string): string {
  const [first = ""] = via.split(",");
  if (isFollowURL(via)) return `curl --insecure ${first}/readyz`;
  return `etcdctl --endpoints=${endpointsOf(via)} endpoint health`;
}

/** The endpoints of a team's address as etcdctl takes them, as in `e1:2379,e2:2379`. */
export function endpointsOf(url: string): string {
  return url.replace(/^etcd:\/\//, "").replace(/\/.*$/, "");
}
