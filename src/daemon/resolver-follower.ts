/** Keeps the system resolver up to date with the managed domains and with what the hosts file cannot hold, while the server runs. */
import type { Log } from "../base/log.ts";
import { type Trouble, adviceOf, bugTrouble } from "../base/trouble.ts";
import { Flight } from "../engine/flight.ts";
import type { ReconcilerListener } from "../engine/reconciler-port.ts";
import type { SinkReport } from "../engine/sink.ts";
import type { ResolverFacts } from "../platform/resolver/facts.ts";
import type { OpenedWiring } from "../platform/resolver/open-wiring.ts";
import type { Existence, Routes } from "../platform/resolver/routes.ts";
import type { Lifetime } from "../platform/resolver/way.ts";
import type { AskedWay, ResponderPlace, WiringState } from "../platform/resolver-wiring.ts";
import { type View, emptyView } from "../records/view.ts";
import type { HookNames } from "./hook-names.ts";

export interface ResolverOptions {
  readonly asked: AskedWay;
  readonly lifetime: Lifetime;
  readonly responder: ResponderPlace;
  /** Whether domains may be exempted from DNSSEC where the resolver checks it. */
  readonly mayExempt: boolean;
  readonly log: Log;
}

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
}

export class ResolverFollower implements AsyncDisposable {
  readonly #options: ResolverOptions;
  readonly #flight = new Flight({ fly: async () => this.#bring(), retry: { first: firstRetry, most: interval } });
  readonly #existences = new Map<string, Existence>();
  /** What was said of each code. */
  readonly #said = new Map<string, ReadonlySet<string>>();
  /** What was in the way the last time. */
  #warned: ReadonlySet<string> = new Set();
  #wanted: Wanted = { domains: [], beyondHostsFile: [] };
  #view = emptyView;
  /** Only where the resolver calls this server itself. */
  #names: HookNames | undefined;
  #opened: OpenedWiring | undefined;
  #state: WiringState | undefined;
  #gathering: NodeJS.Timeout | undefined;
  readonly #looking: NodeJS.Timeout;

  constructor(options: ResolverOptions) {
    this.#options = options;
    this.#looking = setInterval(() => void this.#look(), interval).unref();
  }

  /** How far the resolver does what it should; undefined until the first time that it was told. */
  get state(): WiringState | undefined {
    return this.#state;
  }

  /** Takes over what is shown now. */
  readonly listener: Pick<ReconcilerListener, "settled"> = {
    settled: ({ view, reports }) => {
      this.#view = view;
      void this.#names?.update(view);
      const wanted = wantedBy(view, reports);
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
    const isUnsure = [...this.#existences.values()].includes("unknown");
    if (isUnsure || (state !== undefined && state.troubles.length > 0)) await this.#flight.run();
  }

  async #bring(): Promise<boolean> {
    try {
      // What was asked for may be possible by now.
      if (this.#opened?.choice.trouble !== undefined) this.#opened = undefined;
      const opened = (this.#opened ??= await this.#open());
      const troubles = await this.#tell(opened);
      this.#warn(troubles);
      return troubles.length === 0;
    } catch (error) {
      this.#warn([bugTrouble("The resolver could not be told the domains", error)]);
      return false;
    }
  }

  async #open(): Promise<OpenedWiring> {
    // Nothing of it is loaded where the resolver is left alone.
    const { openWiring } = await import("../platform/resolver/open-wiring.ts");
    const { HookNames: Names } = await import("./hook-names.ts");
    const source = new Names();
    const opened = await openWiring({ ...this.#options, source });
    if (opened.choice.way?.name === "hook") {
      this.#names = source;
      await source.update(this.#view);
    }
    this.#options.log.info({ code: "resolver-chosen" }, opened.choice.sentence);
    return opened;
  }

  async #tell({ facts, choice, wiring }: OpenedWiring): Promise<readonly Trouble[]> {
    const { way, trouble } = choice;
    if (way === undefined || wiring === undefined) return trouble === undefined ? [] : [trouble];
    const { responder, mayExempt } = this.#options;
    const isUnsigned = way.mustExempt(facts);
    if (isUnsigned && !mayExempt) return [unsigned(this.#wanted.domains)];
    const { routesOf } = await import("../platform/resolver/routes.ts");
    // Who else has a domain does not matter to a resolver that asks others too.
    if (!way.passesUnknown) await this.#lookForOthers(facts);
    const domains = new Map(this.#wanted.domains.map((domain) => [domain, this.#existences.get(domain) ?? "unknown"]));
    const routes = routesOf({ ...this.#wanted, domains, passesUnknown: way.passesUnknown });
    const state = await wiring.apply({ routes: routes.routes, responder, isUnsigned });
    this.#state = state;
    this.#explain(routes);
    return state.troubles;
  }

  /** Asks about domains of which it is not known yet who else has them. */
  async #lookForOthers(facts: ResolverFacts): Promise<void> {
    const { existenceOf } = await import("../platform/resolver/existence.ts");
    for (const domain of this.#wanted.domains) {
      const known = this.#existences.get(domain) ?? "unknown";
      if (known === "unknown") this.#existences.set(domain, await existenceOf(domain, facts));
    }
  }

  #explain({ routes, narrowed, taken, left }: Routes): void {
    const asked = routes.length === 0 ? "nothing" : routes.join(", ");
    this.#once({ code: "resolver-routes" }, `The resolver asks this server about ${asked}.`);
    for (const domain of narrowed) {
      const text = `${domain} may have names that are not ours, so only parents of wildcards and names that the hosts file cannot hold are routed.`;
      this.#once({ code: "resolver-narrowed" }, text);
    }
    for (const domain of taken) {
      const text = `*.${domain} covers all of ${domain}, so names of others in it no longer resolve here.`;
      this.#once({ code: "resolver-taken" }, text);
    }
    for (const name of left) {
      const text = `${name} is a domain of others too, so its records beside addresses are not routed.`;
      this.#once({ code: "resolver-left" }, text);
    }
  }

  #once({ code }: { readonly code: string }, text: string): void {
    const said = this.#said.get(code);
    if (said?.has(text) === true) return;
    // The routes are said anew each time that they change.
    this.#said.set(code, new Set(code === "resolver-routes" ? [text] : [...(said ?? []), text]));
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

/** Names in the user's own lines resolve by these, so they count as held. */
function wantedBy({ domains }: View, reports: ReadonlyMap<string, SinkReport>): Wanted {
  const report = reports.get("hosts-file");
  const refused = report?.ok === true ? report.refused.filter(({ reason }) => reason !== "name-is-yours") : [];
  return { domains, beyondHostsFile: [...new Set(refused.map(({ name }) => name))] };
}

function unsigned(domains: readonly string[]): Trouble {
  return {
    code: "resolver-checks-dnssec",
    severity: "warning",
    message: `The resolver checks DNSSEC and would refuse this server's unsigned answers, so it is not told about ${domains.join(", ")}.`,
    hint: "Exempt the domains from DNSSEC with --dnssec-exempt, or install the server again, which asks.",
  };
}
