/**
 * Does the cluster reach the server? A pod asks from inside the cluster. It is there for a few seconds, so only `dtk check`
 * does this: `doctor` changes nothing.
 */
import { adviceOnReach } from "../../dtk/release/diagnosis.ts";
import { firewallCommands } from "../../dtk/firewall/opening.ts";
import { probeFromInside } from "../../dtk/firewall/probe-pod.ts";
import { type Reach, judgeReach } from "../../dtk/firewall/reach.ts";
import type { Address } from "../../records/address.ts";
import { type Check, type Finding, ok } from "../check.ts";

export interface InsideOptions {
  /** The server's URL as the cluster calls it, without a token. */
  readonly url: string;
  /** Where the pod lives. */
  readonly namespace: string;
  /** The image of the pod, with a shell and wget. */
  readonly image: string;
  /** The addresses from which the cluster calls. */
  readonly clusterIPs: readonly Address[];
}

/** Milliseconds for the pod, whose image may have to be pulled. */
const timeout = 60_000;

/** Makes the check for one cluster. */
export function serverFromInside({ url, namespace, image, clusterIPs }: InsideOptions): Check {
  return {
    id: "server-from-inside",
    title: "The cluster reaches the server",
    needs: ["server-answers", "cluster-reachable"],
    run: async ({ kubernetes, status, port }) => {
      const reach = judgeReach(await probeFromInside({ api: await kubernetes(), namespace, image, url, timeout }));
      const isBlocked = reach.kind === "silent" || reach.kind === "refused";
      const firewall = isBlocked ? await firewallCommands(clusterIPs, port) : [];
      const isTokenRequired = (await status())?.server.tokenRequired === true;
      return [judgeFromInside({ reach, url, isTokenRequired, firewall })];
    },
  };
}

/**
 * Judges what the pod saw.
 *
 * @param facts - `firewall` has the commands that let the cluster through, if a firewall was found
 */
export function judgeFromInside(facts: {
  readonly reach: Reach;
  readonly url: string;
  readonly isTokenRequired: boolean;
  readonly firewall: readonly string[];
}): Finding {
  const { reach, url, isTokenRequired, firewall } = facts;
  switch (reach.kind) {
    case "reached":
      return judgeCaller(reach, url, isTokenRequired);
    case "stranger":
      return {
        grade: "problem",
        code: "webhook-wrong-content",
        message: `Inside the cluster another server answers at ${url}.`,
        hint: "Name the right address as dns.host-ip.",
      };
    case "unknown-host":
      return {
        grade: "problem",
        code: "webhook-unknown-host",
        message: `Inside the cluster nobody knows the name in ${url}.`,
        hint: "Name an address as dns.host-ip.",
      };
    case "refused": {
      const message = `Inside the cluster ${url} refuses the connection.`;
      return { grade: "problem", code: "webhook-refused", message, ...adviceOnReach(firewall) };
    }
    case "silent": {
      const message = `Inside the cluster ${url} does not answer.`;
      return { grade: "problem", code: "webhook-unreachable", message, ...adviceOnReach(firewall) };
    }
    case "could-not-run":
      return {
        grade: "note",
        code: "probe-not-run",
        message: `No probe could run inside the cluster: ${reach.why.replace(/\.$/, "")}.`,
        hint: "Name an image that the cluster has, with a shell and wget: --probe-image",
      };
  }
}

function judgeCaller(
  { seenFrom, isAllowed }: Extract<Reach, { kind: "reached" }>,
  url: string,
  isTokenRequired: boolean,
): Finding {
  const reached = `The cluster reaches ${url}, where it is seen as ${seenFrom}`;
  if (isAllowed) return ok(`${reached}, which may call.`);
  if (isTokenRequired) {
    return ok(`${reached}. ExternalDNS's token lets it in, unless the server was started with --allow.`);
  }
  return {
    grade: "problem",
    code: "webhook-not-allowed",
    message: `${reached}, which may not call.`,
    hint: `Start the server with --allow=${seenFrom}`,
  };
}
