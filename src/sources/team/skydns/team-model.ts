/** What a team's tree holds, by name: keys go in, and out come the names that changed with what they show. */
import { type Steps, forEachInSteps } from "../../../base/steps.ts";
import { type RowChange, type TeamConsent, type TeamEntry, type TeamRow, isShowable } from "../../../records/team.ts";
import { labelsOf, nameOf } from "../../../records/skydns-key.ts";
import { type PlacedValue, aliasesOf, projectName } from "./project.ts";
import { TeamRules } from "./rules.ts";
import { readValue } from "./value.ts";

/** One key with its value; none where the key is gone. */
export interface KeyChange {
  readonly key: string;
  readonly value: string | undefined;
}

/** Keys of one name that are kept: a name has at most some hundred addresses. */
const mostKeysOfName = 512;

/** Bytes of keys and values that are kept of each name on average, so that no team can fill the disk. */
const bytesPerName = 4096;

interface KeyFacts {
  readonly key: string;
  readonly name: string;
  readonly text: string;
  /** Undefined for a value that is not one record. */
  readonly placed: PlacedValue | undefined;
}

interface Options extends TeamConsent {
  /** Where the layout begins. */
  readonly path: string;
}

export class TeamModel {
  readonly #options: Options;
  readonly #rules: TeamRules;
  readonly #keys = new Map<string, KeyFacts>();
  /** The keys of each name. */
  readonly #keysOf = new Map<string, readonly KeyFacts[]>();
  /** For each name, those that lead to it. */
  readonly #aliases = new Map<string, Set<string>>();
  /** Names that have room. */
  readonly #shown = new Set<string>();
  /** Names that wait for room. */
  readonly #waiting = new Set<string>();
  #bytes = 0;
  #leftOut = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#rules = new TeamRules(options);
  }

  /** Number of keys that were not taken, since they would pass a limit. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /**
   * Takes changes over, in their order.
   *
   * @returns every name of which something changed, or of another that it leads to
   */
  *applyInSteps(changes: Iterable<KeyChange>): Steps<RowChange> {
    const touched = new Set<string>();
    yield* forEachInSteps(changes, (change) => this.#take(change, touched));
    for (const name of this.#followers(touched)) touched.add(name);
    const projected = new Map<string, TeamEntry>();
    yield* forEachInSteps(touched, (name) => {
      const entry = this.#project(name);
      projected.set(name, entry);
      this.#judgeRoom(entry);
    });
    for (const name of this.#giveRoom()) touched.add(name);
    const put: TeamRow[] = [];
    const remove: string[] = [];
    yield* forEachInSteps(touched, (name) => {
      if (this.#keysOf.has(name)) put.push(this.#row(projected.get(name) ?? this.#project(name)));
      else remove.push(name);
    });
    return { put, remove };
  }

  /** @param touched - gets the names that the change is about: that of the value before, and that of the value now */
  #take({ key, value }: KeyChange, touched: Set<string>): void {
    const before = this.#keys.get(key);
    if (before?.text === value) return;
    if (before !== undefined) {
      this.#drop(before);
      touched.add(before.name);
    }
    if (value === undefined) return;
    const facts = this.#read(key, value);
    const size = key.length + value.length;
    const isFull = this.#bytes + size > this.#options.mostNames * bytesPerName;
    if (facts === undefined || isFull || this.#factsOf(facts.name).length >= mostKeysOfName) {
      this.#leftOut += 1;
      return;
    }
    this.#add(facts);
    touched.add(facts.name);
  }

  /** Undefined for a key that no question can ask for. */
  #read(key: string, text: string): KeyFacts | undefined {
    const labels = labelsOf(this.#options.path, key);
    if (labels === undefined) return undefined;
    const value = readValue(text);
    const strip = value?.targetstrip ?? 0;
    if (value === undefined || strip < 0 || strip >= labels.length) {
      return { key, name: nameOf(labels), text, placed: undefined };
    }
    const name = nameOf(labels.slice(0, labels.length - strip));
    return { key, name, text, placed: { value, isExact: strip === 0 } };
  }

  #add(facts: KeyFacts): void {
    const { key, name, text } = facts;
    this.#keys.set(key, facts);
    this.#bytes += key.length + text.length;
    this.#keysOf.set(name, [...this.#factsOf(name), facts]);
    for (const target of this.#targetsOf(facts)) addTo(this.#aliases, target, name);
  }

  #drop(facts: KeyFacts): void {
    const { key, name, text } = facts;
    this.#keys.delete(key);
    this.#bytes -= key.length + text.length;
    const left = this.#factsOf(name).filter((each) => each !== facts);
    if (left.length > 0) this.#keysOf.set(name, left);
    else this.#keysOf.delete(name);
    const kept = new Set(aliasesOf(this.#placed(name)));
    for (const target of this.#targetsOf(facts)) {
      if (!kept.has(target)) removeFrom(this.#aliases, target, name);
    }
  }

  #targetsOf({ placed }: KeyFacts): readonly string[] {
    return placed === undefined ? [] : aliasesOf([placed]);
  }

  #factsOf(name: string): readonly KeyFacts[] {
    return this.#keysOf.get(name) ?? [];
  }

  #placed(name: string): readonly PlacedValue[] {
    return this.#factsOf(name).flatMap(({ placed }) => placed ?? []);
  }

  /** The names that lead to others of which something changed, over any number of aliases. */
  #followers(touched: ReadonlySet<string>): ReadonlySet<string> {
    const found = new Set<string>();
    const left = [...touched];
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      for (const follower of this.#aliases.get(name) ?? []) {
        if (found.has(follower)) continue;
        found.add(follower);
        left.push(follower);
      }
    }
    return found;
  }

  /** Only what would be shown takes room: a registry's own records must not halve it. */
  #judgeRoom(entry: TeamEntry): void {
    const { name } = entry;
    if (!isShowable(entry)) {
      this.#shown.delete(name);
      this.#waiting.delete(name);
    } else if (!this.#shown.has(name)) {
      this.#waiting.add(name);
    }
  }

  /** Gives names room up to the limit. */
  *#giveRoom(): Generator<string> {
    for (const name of this.#waiting) {
      if (this.#shown.size >= this.#options.mostNames) return;
      this.#waiting.delete(name);
      this.#shown.add(name);
      yield name;
    }
  }

  /** @param projected - what the name would show if there is room */
  #row(projected: TeamEntry): TeamRow {
    const { name } = projected;
    const keys = this.#factsOf(name).map(({ key, text }): TeamRow["keys"][number] => [key, text]);
    const entry: TeamEntry = this.#waiting.has(name) ? { ...nothingOf(name), refused: ["team-full"] } : projected;
    return { entry, keys: keys.toSorted(([left], [right]) => (left < right ? -1 : 1)) };
  }

  /** What the name would show if there is room. */
  #project(name: string): TeamEntry {
    const refusal = this.#rules.refusalOf(name);
    if (refusal !== undefined) return { ...nothingOf(name), refused: [refusal] };
    const entry = projectName(name, (each) => this.#placed(each), this.#rules);
    const isBroken = this.#factsOf(name).some(({ placed }) => placed === undefined);
    return isBroken ? { ...entry, refused: ["team-broken-value", ...entry.refused] } : entry;
  }
}

function nothingOf(name: string): Omit<TeamEntry, "refused"> {
  return { name, addresses: [], others: [], ttl: undefined, resource: undefined };
}

function addTo(map: Map<string, Set<string>>, key: string, item: string): void {
  const items = map.get(key) ?? new Set();
  map.set(key, items.add(item));
}

function removeFrom(map: Map<string, Set<string>>, key: string, item: string): void {
  const items = map.get(key);
  items?.delete(item);
  if (items?.size === 0) map.delete(key);
}
