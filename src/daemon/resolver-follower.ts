/** Keeps the system resolver up to date with the managed domains and with what the hosts file cannot hold, while the server runs. */
import type { Log } from "../base/log.ts";
import { type Trouble, adviceOf, bugTrouble } from "../base/trouble.ts";
import { Flight } from "../engine/flight.ts";
import type { ReconcilerListener } from "../engine/reconciler-port.ts";
import { namesBeyond } from "../engine/shown.ts";
import type { SinkReport } from "../engine/sink.ts";
import type { ResolverFacts } from "../platform/resolver/facts.ts";
import type { OpenedWiring, WiringWish } from "../platform/resolver/open-wiring.ts";
import type { Existence, Routes } from "../platform/resolver/routes.ts";
import type { Lifetime } from "../platform/resolver/way.ts";
import {
  type AskedWay,
  type ResolverWiring,
  type ResponderPlace,
  type RoutedDomain,
  type WiringFacts,
  type WiringObserver,
  responderPlace,
} from "../platform/resolver-wiring.ts";
import { type View, emptyView } from "../records/view.ts";
import { hostsFileIdentity } from "../sinks/hosts-file/identity.ts";
import type { HookNames } from "./hook-names.ts";
import { notesOf, unanswered, unsigned, untoldNote } from "./resolver-notes.ts";

export interface ResolverOptions {
  readonly asked: AskedWay;
  readonly lifetime: Lifetime;
  /** Where the responder answers; undefined where it is off. */
  readonly responder: ResponderPlace | undefined;
  /** Whether it does answer there. */
  readonly isAnswering: () => boolean;
  /** Whether domains may be exempted from DNSSEC where the resolver checks it. */
  readonly mayExempt: boolean;
  /** Where is remembered who else has a domain. */
  readonly stateFolder: string;
  /** Called when there is something new to see. */
  readonly onChange?: (() => void) | undefined;
  readonly log: Log;
  /** Opens the wiring of this machine. */
  readonly open?: OpenWiring;
  /** Says whether a domain exists for others. */
  readonly existenceOf?: (domain: string, facts: ResolverFacts) => Promise<Existence>;
}

type OpenWiring = (wanted: WiringWish) => Promise<OpenedWiring>;

/** Milliseconds for which changes are gathered, where each lets a resolver read its settings again. */
const gathered = 1000;

/** Milliseconds before the first try after a failure: at boot a resolver may not be there yet. */
const firstRetry = 1000;

/** Milliseconds between two looks whether the resolver still knows. */
const interval = 30_000;

/** What the view says that the resolver needs. */
interface Wanted {
  readonly domains: readonly string[];
  readonly beyondHostsFile: readonly string[];
  /** Whether anybody answers who asks the responder. */
  readonly isAnswering: boolean;
}

/** What came of telling the resolver. */
interface Told {
  readonly domains: readonly RoutedDomain[];
  /** What is in the way. */
  readonly troubles: readonly Trouble[];
  /** What else is worth knowing. */
  readonly notes: readonly Trouble[];
  /** Whether the domains are exempt from DNSSEC. */
  readonly isUnsigned: boolean;
}

export class ResolverFollower implements WiringObserver, AsyncDisposable {
  readonly #options: ResolverOptions;
  readonly #flight = new Flight({ fly: async () => this.#bring(), retry: { first: firstRetry, most: interval } });
  readonly #existences = new Map<string, Existence>();
  /** What an earlier process had found. */
  #recalled: ReadonlyMap<string, Existence> | undefined;
  /** What was said of each code. */
  readonly #said = new Map<string, ReadonlySet<string>>();
  /** What was in the way the last time. */
  #warned: ReadonlySet<string> = new Set();
  #wanted: Wanted = { domains: [], beyondHostsFile: [], isAnswering: false };
  #view = emptyView;
  /** Only where the resolver calls this server itself. */
  #names: HookNames | undefined;
  #opened: OpenedWiring | undefined;
  #told: Told | undefined;
  #repairs = 0;
  #gathering: NodeJS.Timeout | undefined;
  readonly #looking: NodeJS.Timeout;

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#looking = setInterval(() => void this.#look(), interval).unref();
  }

  facts(): WiringFacts | undefined {
    const [opened, told] = [this.#opened, this.#told];
    if (told === undefined) return undefined;
    return {
      way: opened?.choice.way?.name ?? "none",
      sentence: opened?.choice.sentence ?? "Nobody could be told (none).",
      domains: told.domains,
      troubles: [...told.troubles, ...told.notes],
      calls: this.#names?.calls,
      isUnsigned: told.isUnsigned,
      repairs: this.#repairs,
    };
  }

  /** Takes over what is shown now. */
  readonly listener: Pick<ReconcilerListener, "settled"> = {
    settled: ({ view, reports }) => {
      this.#view = view;
      void this.#names?.update(view);
      const wanted = { ...wantedBy(view, reports), isAnswering: this.#options.isAnswering() };
      if (JSON.stringify(wanted) === JSON.stringify(this.#wanted)) return;
      this.#wanted = wanted;
      const isAtOnce = this.#opened === undefined || this.#opened.choice.way?.name === "hook";
      if (isAtOnce) void this.#flight.run();
      else this.#gathering ??= setTimeout(() => this.#takeOff(), gathered);
    },
  };

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    clearTimeout(this.#gathering);
    this.#flight.endRetries();
    await this.#flight.landed();
    this.#flight.stop();
    await this.#opened?.[Symbol.asyncDispose]();
  }

  #takeOff(): void {
    this.#gathering = undefined;
    void this.#flight.run();
  }

  /** What others took away, as a restart of a network manager does, is told again. */
  async #look(): Promise<void> {
    const state = await this.#opened?.wiring?.probe().catch(() => undefined);
    const hasForgotten = state !== undefined && state.troubles.length > 0;
    if (hasForgotten) {
      this.#repairs += 1;
      for (const { code, message } of state.troubles) this.#once({ code }, message);
    }
    const isUnsure = [...this.#existences.values()].includes("unknown");
    const isNobody = this.#opened?.choice.way === undefined;
    if (isUnsure || hasForgotten || isNobody) await this.#flight.run();
  }

  async #bring(): Promise<boolean> {
    const told = await this.#tellAll();
    const before = JSON.stringify(this.#told);
    this.#told = told;
    this.#warn(told.troubles);
    for (const { code, message } of told.notes) this.#once({ code }, message);
    if (JSON.stringify(told) !== before) this.#options.onChange?.();
    return told.troubles.length === 0;
  }

  async #tellAll(): Promise<Told> {
    try {
      // Somebody may be there to tell by now.
      if (this.#opened?.choice.way === undefined) this.#opened = undefined;
      return await this.#tell((this.#opened ??= await this.#open()));
    } catch (error) {
      return this.#untold([bugTrouble("The resolver could not be told the domains", error)]);
    }
  }

  async #open(): Promise<OpenedWiring> {
    // Nothing of it is loaded where the resolver is left alone.
    const openWiring = this.#options.open ?? (await import("../platform/resolver/open-wiring.ts")).openWiring;
    const { HookNames: Names } = await import("./hook-names.ts");
    const source = new Names();
    const opened = await openWiring({ ...this.#options, source });
    if (opened.choice.way?.name === "hook") {
      this.#names = source;
      await source.update(this.#view);
    }
    this.#once({ code: "resolver-chosen" }, opened.choice.sentence);
    return opened;
  }

  async #tell({ facts, choice, wiring }: OpenedWiring): Promise<Told> {
    const { way, trouble, sentence } = choice;
    const { domains, beyondHostsFile } = this.#wanted;
    if (way === undefined || wiring === undefined) {
      return this.#untold(trouble === undefined ? [] : [trouble], untoldNote(beyondHostsFile, sentence));
    }
    const { responder = responderPlace, mayExempt } = this.#options;
    if (!this.#wanted.isAnswering && way.callsServer !== true) return this.#withdraw(wiring);
    const isUnsigned = way.mustExempt(facts);
    if (isUnsigned && !mayExempt) return this.#untold([unsigned(domains)]);
    const { routedDomains, routesOf } = await import("../platform/resolver/routes.ts");
    // Who else has a domain does not matter to a resolver that asks others too.
    if (!way.passesUnknown) await this.#lookForOthers(facts);
    const existences = new Map(domains.map((domain) => [domain, this.#existences.get(domain) ?? "unknown"]));
    const routes = routesOf({ domains: existences, beyondHostsFile, passesUnknown: way.passesUnknown });
    const { troubles } = await wiring.apply({ routes: routes.routes, responder, isUnsigned });
    const notes = notesOf(routes);
    if (troubles.length > 0) return this.#untold(troubles, notes);
    this.#explain(routes);
    return { domains: routedDomains(domains, routes), troubles, notes, isUnsigned };
  }

  #untold(troubles: readonly Trouble[], notes: readonly Trouble[] = []): Told {
    const domains = this.#wanted.domains.map((domain) => ({ domain, routing: "untold", routes: [] }) as const);
    return { domains, troubles, notes, isUnsigned: false };
  }

  /** Another program that has the responder's port must not be asked in its place. */
  async #withdraw(wiring: ResolverWiring): Promise<Told> {
    const { troubles } = await wiring.apply({ routes: [], responder: responderPlace, isUnsigned: false });
    const { domains } = this.#wanted;
    return this.#untold(domains.length === 0 ? troubles : [unanswered(domains), ...troubles]);
  }

  /** Asks about domains of which it is not known yet who else has them. Where nobody can say, what was found before counts. */
  async #lookForOthers(facts: ResolverFacts): Promise<void> {
    const existenceOf = this.#options.existenceOf ?? (await import("../platform/resolver/existence.ts")).existenceOf;
    const { keepExistences, recallExistences } = await import("../platform/resolver/existence-memory.ts");
    const { stateFolder } = this.#options;
    const before = JSON.stringify([...this.#existences]);
    const recalled = (this.#recalled ??= await recallExistences(stateFolder));
    for (const domain of this.#wanted.domains) {
      const known = this.#existences.get(domain) ?? "unknown";
      if (known !== "unknown") continue;
      const found = await existenceOf(domain, facts);
      this.#existences.set(domain, found === "unknown" ? (recalled.get(domain) ?? found) : found);
    }
    if (JSON.stringify([...this.#existences]) !== before) await keepExistences(stateFolder, this.#existences);
  }

  #explain({ routes, narrowed }: Routes): void {
    const asked = routes.length === 0 ? "nothing" : routes.join(", ");
    this.#once({ code: "resolver-routes" }, `The resolver asks this server about ${asked}.`);
    for (const domain of narrowed) {
      const text = `${domain} may have names that are not ours, so only parents of wildcards and names that the hosts file cannot hold are routed.`;
      this.#once({ code: "resolver-narrowed" }, text);
    }
  }

  #once({ code }: { readonly code: string }, text: string): void {
    const said = this.#said.get(code);
    if (said?.has(text) === true) return;
    // What changes and changes back is said anew.
    const isOne = code === "resolver-routes" || code === "resolver-chosen";
    this.#said.set(code, new Set(isOne ? [text] : [...(said ?? []), text]));
    this.#options.log.info({ code }, text);
  }

  #warn(troubles: readonly Trouble[]): void {
    for (const trouble of troubles) {
      if (this.#warned.has(trouble.message)) continue;
      this.#options.log.warn({ code: trouble.code }, `${trouble.message} ${adviceOf(trouble)}`);
    }
    this.#warned = new Set(troubles.map(({ message }) => message));
  }
}

function wantedBy({ domains }: View, reports: ReadonlyMap<string, SinkReport>): Omit<Wanted, "isAnswering"> {
  return { domains, beyondHostsFile: namesBeyond(reports.get(hostsFileIdentity.id)) };
}
