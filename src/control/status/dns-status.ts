/** What the status says of the DNS responder, and of the system resolver that asks it. */
import { formatTime } from "../../base/age.ts";
import type { Status } from "../../contract/status.ts";
import type { ReconcilerState } from "../../engine/reconciler-port.ts";
import { type Shown, namesBeyond } from "../../engine/shown.ts";
import { findEntry } from "../../records/view-entries.ts";
import type { Responder } from "../../engine/responder.ts";
import { type WiringFacts, isTold } from "../../platform/resolver-wiring.ts";
import { formatListenAddress } from "../../records/listen-address.ts";

/** Where the responder listens, and what it was asked. */
export function describeResponder(responder: Responder): NonNullable<Status["sinks"][number]["responder"]> {
  const { sockets, latency, drops, lastAt } = responder.facts();
  return {
    sockets: sockets.map(({ place, transport, isOpen }) => ({
      address: formatListenAddress(place),
      transport,
      open: isOpen,
    })),
    queries: latency.total,
    drops: Object.values(drops).reduce((sum, count) => sum + count, 0),
    lastQueryAt: formatMoment(lastAt),
  };
}

/** How the system resolver is told; what is in the way is in the attention list too. */
export function describeWiring({ way, sentence, domains, ...facts }: WiringFacts): Status["resolver"] {
  const { calls, isUnsigned, repairs } = facts;
  return {
    way,
    sentence,
    ok: isTold(facts),
    domains: domains.map(({ domain, routing, routes }) => ({ name: domain, routing, routes: [...routes] })),
    questions: calls === undefined ? null : calls.answered + calls.passed,
    lastQuestionAt: formatMoment(calls?.lastAt),
    unsigned: isUnsigned,
    repairs,
  };
}

/** Names that only the responder shows, for whatever reason the other sinks cannot hold them. */
export function namesOnlyInResponder(
  { view, sinks, reports }: Pick<ReconcilerState, "view" | "sinks" | "reports">,
  { sinksOf }: Pick<Shown, "sinksOf">,
  { id }: Pick<Responder, "id">,
): readonly string[] {
  const beyond = sinks.filter((sink) => sink.id !== id).flatMap((sink) => namesBeyond(reports.get(sink.id)));
  const isAnswered = (name: string): boolean => {
    const entry = findEntry(view, name);
    return entry !== undefined && entry.addresses.length > 0 && sinksOf(entry).includes(id);
  };
  return beyond.filter(isAnswered);
}

function formatMoment(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : formatTime(milliseconds);
}
