/** What a hosts file cannot hold: wildcards, underscores, other names that are not host names, and whatever is not an address. */
import { shorten } from "../../../base/printable.ts";
import type { Refused } from "../../../engine/sink.ts";
import { type ALabelName, isHostName } from "../../../records/name.ts";
import type { ViewEntry } from "../../../records/view.ts";

/** Why the hosts file does not show something of the view. */
type HostsFileReason = "wildcard" | "underscore" | "not-a-host-name" | "record-type" | "name-is-yours";

/** Whether the hosts file can hold the name with its addresses. */
export function isHoldable({ name, addresses }: ViewEntry): boolean {
  return addresses.length > 0 && isHostName(name);
}

/** What of an entry the hosts file cannot hold. */
export function refusalsOf(entry: ViewEntry): readonly Refused[] {
  const { name, addresses, others } = entry;
  const ofName = addresses.length === 0 || isHostName(name) ? [] : [new RefusedName(name)];
  return [...ofName, ...others.map(({ type }) => new RefusedType(name, type))];
}

/** A user's own line that defines the name of an entry. */
export interface Conflict {
  readonly name: string;
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
}

/** Everything that is refused: the names in the user's own lines, and what the hosts file cannot hold. */
export function refusedBy(
  { conflicts }: { readonly conflicts: readonly Conflict[] },
  refused: readonly Refused[],
): readonly Refused[] {
  return conflicts.length === 0 ? refused : [...conflicts.map(refuseTaken), ...refused];
}

/** The user's own line keeps the name. */
function refuseTaken({ name, line: number, text }: Conflict): Refused {
  const sentence = `${name} is not written: your own line ${number} has it, and stays yours: ${text.trim()}`;
  const reason: HostsFileReason = "name-is-yours";
  return { name, reason, sentence, line: { number, text } };
}

/** There may be very many, so each sentence is made when it is asked for. */
class RefusedName implements Refused {
  readonly name: ALabelName;

  constructor(name: ALabelName) {
    this.name = name;
  }

  get reason(): keyof typeof sentences {
    if (this.name.includes("*")) return "wildcard";
    return this.name.includes("_") ? "underscore" : "not-a-host-name";
  }

  get sentence(): string {
    return `${shorten(this.name)} is not in the hosts file: ${sentences[this.reason]}`;
  }
}

const sentences = {
  wildcard: "a hosts file cannot hold a wildcard. Name each host in an Ingress rule instead.",
  underscore: "a host name cannot have an underscore.",
  "not-a-host-name":
    "it is not a host name (letters, digits and hyphens, labels of 1 to 63 octets, the last not a number).",
} satisfies Partial<Record<HostsFileReason, string>>;

class RefusedType implements Refused {
  readonly name: ALabelName;
  readonly type: string;
  readonly reason: HostsFileReason = "record-type";

  constructor(name: ALabelName, type: string) {
    this.name = name;
    this.type = type;
  }

  get sentence(): string {
    return `${shorten(this.name)} is not in the hosts file as ${shorten(this.type)}: a hosts file holds only addresses.`;
  }
}
