/** Refuses every query on sockets that a service manager holds while the responder is off, so that nobody waits for an answer that never comes. */
import type { HeldSocket } from "../../engine/responder.ts";
import { isLoopback } from "../../records/address.ts";
import { Zones } from "../../records/zone.ts";
import { knowledgeOf } from "./packet/answer.ts";
import { respond } from "./packet/respond.ts";
import { QueryCounts } from "./query-counts.ts";
import { Sockets } from "./sockets.ts";

/** Opens the sockets; every name is outside the zones that it has, which are none. */
export async function refuseQueries(held: readonly HeldSocket[]): Promise<AsyncDisposable> {
  const known = knowledgeOf(new Zones([]), 0);
  const sockets = new Sockets({
    places: [],
    held,
    isAsked: false,
    to: {
      answer: (packet, transport) => respond(packet, transport, known),
      mayAsk: isLoopback,
      counts: new QueryCounts(),
    },
    onChange: () => undefined,
  });
  await sockets.open();
  return sockets;
}
