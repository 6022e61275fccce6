/** The whole way with real parts: from an applied Ingress to a resolving name. */
import { measureLatency } from "../test/cluster/latency.ts";
import { type Row, milliseconds } from "./row.ts";
import { median } from "./sample.ts";

/** Milliseconds that a desktop user waits without noticing much. */
const atMost = 2000;

/** Needs what `npm run e2e` needs: root, and Go for the first run. */
export async function measureClusterLatency(): Promise<readonly Row[]> {
  const { appliedToResolving, requestToAnswer } = await measureLatency(20);
  const [whole, share] = [median(appliedToResolving), median(requestToAnswer)];
  const what = "Ingress applied to name resolving, ExternalDNS at --interval=1s";
  return [
    {
      what,
      ours: milliseconds(whole),
      reference: `of it POST /records: ${milliseconds(share)}`,
      ratio: undefined,
      goal: "under 2 s",
      met: whole < atMost,
    },
  ];
}
