/** Notices what may bring back what was out of reach: another network, or the end of a sleep. */
import { targetKind } from "../records/address.ts";
import { systemNetworks } from "./networks.ts";

interface SurroundingsOptions {
  readonly signal: AbortSignal;
  /** Something changed. */
  readonly onChange: () => void;
  /** Text that is another one when the networks are others. */
  readonly networks?: () => string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Milliseconds between two looks. */
  readonly interval?: number;
}

const usualInterval = 2_000;

/** Milliseconds that a look may come late. More means that the machine or the process slept, or that the clock was set. */
const sleepsAfter = 5_000;

/** Looks until the signal aborts. */
export function watchSurroundings({
  signal,
  onChange,
  networks = describeNetworks,
  now = Date.now,
  interval = usualInterval,
}: SurroundingsOptions): void {
  let last = { networks: networks(), at: now() };
  const timer = setInterval(() => {
    const current = { networks: networks(), at: now() };
    const hasSlept = current.at - last.at > interval + sleepsAfter;
    const isChanged = hasSlept || current.networks !== last.networks;
    last = current;
    if (isChanged) onChange();
  }, interval);
  timer.unref();
  signal.addEventListener("abort", () => clearInterval(timer), { once: true });
}

/** Addresses of a link alone lead nowhere else (RFC 4291 section 2.5.6), and each container that starts brings one. */
function describeNetworks(): string {
  return JSON.stringify(systemNetworks.interfaces().filter(({ address }) => targetKind(address) !== "link-local"));
}
