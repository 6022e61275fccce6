/** What the sockets need of the responder: who may ask, and what is answered. */
import type { Transport } from "../../engine/responder.ts";
import type { Response } from "./packet/respond.ts";
import type { QueryCounts } from "./query-counts.ts";

export interface Answerer {
  /** Answers a packet; undefined for what gets no answer. */
  readonly answer: (packet: Uint8Array, transport: Transport) => Response | undefined;
  /** Whether an address may ask. */
  readonly mayAsk: (remote: string) => boolean;
  readonly counts: QueryCounts;
}
