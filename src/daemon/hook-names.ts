/** The names that are shown, for a resolver that calls us itself: it is told only what is ours, and asks elsewhere about the rest. */
import { inSlices } from "../base/slices.ts";
import type { CallCounts, NameSource } from "../platform/resolver-wiring.ts";
import { finish } from "../base/steps.ts";
import { type View, emptyView } from "../records/view.ts";
import { type ServedSet, entrySet, pointerLength, setLength } from "../records/zone-records.ts";
import { type Zones, zonesInSteps } from "../records/zone.ts";
import { typeName } from "../sinks/dns/packet/protocol.ts";
import { writeSet } from "../sinks/dns/packet/writer.ts";

export class HookNames implements NameSource {
  #zones: Zones = finish(zonesInSteps(emptyView));
  #updated: Promise<void> = Promise.resolve();
  readonly #calls = { answered: 0, passed: 0 };
  #lastAt: number | undefined;

  /** What the resolver asked so far. */
  get calls(): CallCounts {
    return { ...this.#calls, lastAt: this.#lastAt };
  }

  /** Takes over what is shown. Until it ends each name is found as it was or as it will be. */
  async update(view: View): Promise<void> {
    this.#updated = this.#takeOver(view, this.#updated);
    return this.#updated;
  }

  /** Updates of the same zones never overlap. */
  async #takeOver(view: View, earlier: Promise<void>): Promise<void> {
    await earlier;
    this.#zones = await inSlices(zonesInSteps(view, this.#zones));
  }

  /** A domain itself and what lies between names exist for us alone, so they are not known: others may have something there. */
  lookUp(name: string, type: number): ReturnType<NameSource["lookUp"]> {
    const entry = this.#zones.find(name.toLowerCase())?.entry;
    this.#calls[entry === undefined ? "passed" : "answered"] += 1;
    this.#lastAt = Date.now();
    if (entry === undefined) return { isKnown: false, records: [] };
    const found = entrySet(entry, typeName(type));
    const owner = ownerOf(name);
    const records = found?.records.map((record) => withOwner(owner, { ...found, records: [record] })) ?? [];
    return { isKnown: true, records };
  }
}

/** The name comes in the place of a pointer to it. */
function withOwner(owner: Uint8Array, set: ServedSet): Uint8Array {
  const record = new Uint8Array(setLength(set));
  writeSet(record, 0, set, 0);
  return Buffer.concat([owner, record.subarray(pointerLength)]);
}

/** A name in wire format (RFC 1035 section 3.1), in the spelling of the question. */
function ownerOf(name: string): Uint8Array {
  const labels = name.split(".").map((label) => Buffer.from(label, "latin1"));
  return Buffer.concat([...labels.flatMap((label) => [Buffer.from([label.length]), label]), Buffer.from([0])]);
}
