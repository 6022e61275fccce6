/** Does the DNS responder answer wherever it listens, over both transports? */
import type { Status } from "../../contract/status.ts";
import { answersOn } from "../../contract/shown-by.ts";
import { platform } from "../../platform/current.ts";
import { parseListenAddress } from "../../records/listen-address.ts";
import { type Check, type Finding, findingOf, ok } from "../check.ts";
import { answersQuery } from "../looks/dns-query.ts";

export const dnsAnswers: Check = {
  id: "dns-answers",
  title: "The DNS responder answers",
  needs: ["server-answers"],
  run: async ({ status }) => {
    const now = await status();
    const sockets = now?.sinks.find(({ id }) => id === dnsSink)?.responder?.sockets ?? [];
    const domain = now?.clusters.flatMap(({ domains }) => domains)[0] ?? "localhost";
    const looks = sockets
      .filter(({ open }) => open)
      .map(async ({ address, transport }) => {
        const place = parseListenAddress(address);
        const isAnswered = place !== undefined && (await answersQuery(place, asTransport(transport), domain));
        return isAnswered ? [] : [{ address, transport }];
      });
    return judgeResponder(now, (await Promise.all(looks)).flat());
  },
};

const dnsSink = "dns";

function asTransport(text: string): "udp" | "tcp" {
  return text === "tcp" ? "tcp" : "udp";
}

/**
 * Judges the responder.
 *
 * @param silent - the open sockets where a question got no answer
 */
export function judgeResponder(
  status: Pick<Status, "sinks" | "attention"> | undefined,
  silent: readonly { readonly address: string; readonly transport: string }[],
): readonly Finding[] {
  const responder = status?.sinks.find(({ id }) => id === dnsSink)?.responder;
  if (responder === undefined) return [ok("The DNS responder is off.")];
  const troubles = (status?.attention ?? []).filter(({ sink }) => sink === dnsSink);
  const found: readonly Finding[] = [
    ...troubles.map((trouble) => findingOf(trouble)),
    ...silent.map(({ address, transport }) => silence(address, transport)),
  ];
  if (found.length > 0) return found;
  return [ok(`The DNS responder answers on ${answersOn(responder).join(", ") || "no address"}, over UDP and TCP.`)];
}

/** A server that hangs would not have given its status. */
function silence(address: string, transport: string): Finding {
  return {
    grade: "problem",
    code: "dns-silent",
    message: `The DNS responder is open on ${address}, and a question over ${transport.toUpperCase()} gets no answer, so something drops it.`,
    hint: "Mostly that is a firewall's rule. See which rule has the port, and take it out:",
    command: platform.commands.asRoot(`nft -a list ruleset | grep ${address.split(":").at(-1)}`),
  };
}
