/** Carries out what a way says: writes, tells, looks whether it is still so, and takes it back. */
import type { Ran } from "../../base/process.ts";
import { readIfThere } from "../../base/read-if-there.ts";
import type { Trouble } from "../../base/trouble.ts";
import type { ResolverWiring, Routing, WiringState } from "../resolver-wiring.ts";
import type { ResolverFacts } from "./facts.ts";
import type { HookServer } from "./hook-server.ts";
import { placeFiles } from "./place-files.ts";
import { foreignFile, forgotten, resolverRefused, unwritable } from "./trouble.ts";
import { type CommandLine, type Lifetime, type Way, type WayPlan, emptyPlan } from "./way.ts";

interface WiringOptions {
  readonly way: Way;
  /** What is in charge and which way is used. */
  readonly sentence: string;
  readonly facts: ResolverFacts;
  readonly lifetime: Lifetime;
  /** Answers the resolver's calls, with the way `hook`. */
  readonly hookServer?: HookServer | undefined;
  readonly run: (program: string, parameters: readonly string[]) => Promise<Ran>;
}

/** Any routing shows every path that a way may write. */
const everything: Routing = {
  routes: ["example.test"],
  responder: { address: "127.0.0.1", port: 53 },
  isUnsigned: true,
};

/** A machine that has everything. */
const anyMachine: ResolverFacts = {
  mayTell: true,
  resolved: { version: 300, isAsked: true, isValidating: true, globalServers: [] },
  networkManagerMode: "dnsmasq",
  dnsmasq: undefined,
  unbound: undefined,
  nameservers: [],
};

/** Every path that a way may write, whatever runs now. */
export function pathsOf(way: Way, lifetime: Lifetime): readonly string[] {
  return way.plan(everything, { facts: anyMachine, lifetime }).files.map(({ path }) => path);
}

/** What lets the resolver read files again that are gone, and what takes back what no file keeps. */
export function afterRemoval(
  way: Way,
  known: Pick<WiringOptions, "facts" | "lifetime">,
): Pick<WayPlan, "reload" | "reread" | "untell"> {
  return way.plan(everything, known);
}

/** Makes the wiring of a way. Nothing is done before it is told domains. */
export function wireBy(options: WiringOptions): ResolverWiring {
  return new Wiring(options);
}

class Wiring implements ResolverWiring {
  readonly #options: WiringOptions;
  #routing: Routing | undefined;
  /** Set while the resolver has not read the files as they are: what it takes to have it read them. */
  #due: "nothing" | "reread" | "reload" = "nothing";

  constructor(options: WiringOptions) {
    this.#options = options;
  }

  async apply(routing: Routing): Promise<WiringState> {
    const { way, hookServer } = this.#options;
    const hadRoutes = (this.#routing?.routes.length ?? 0) > 0;
    this.#routing = routing;
    const plan = this.#planOf(routing);
    hookServer?.answerFor(routing.routes);
    const troubles = [...(await this.#place(plan)), ...(await this.#tell(plan, hadRoutes))];
    return { ...this.#state(troubles), way: way.name };
  }

  async probe(): Promise<WiringState> {
    const plan = this.#planOf(this.#routing);
    const texts = await Promise.all(plan.files.map(async ({ path }) => readIfThere(path)));
    const isSame = plan.files.every(({ content }, index) => texts[index] === content) && (await this.#isTold(plan));
    return this.#state(isSame ? [] : [forgotten(this.#options.way.name)]);
  }

  async remove(): Promise<WiringState> {
    const { way, lifetime, run, hookServer } = this.#options;
    const { responder } = everything;
    const state = await this.apply({ routes: [], responder, isUnsigned: false });
    await hookServer?.[Symbol.asyncDispose]();
    if (lifetime === "foreground" && way.preparation !== undefined) await run("sh", ["-c", way.preparation.undo]);
    return state;
  }

  /** What was installed stays until it is uninstalled, as the lines of the hosts file do. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#options.lifetime === "foreground") await this.remove();
    else await this.#options.hookServer?.[Symbol.asyncDispose]();
  }

  #planOf(routing: Routing | undefined): WayPlan {
    if (routing === undefined || routing.routes.length === 0) return emptyPlan;
    return this.#options.way.plan(routing, this.#options);
  }

  async #place(plan: WayPlan): Promise<readonly Trouble[]> {
    const { way } = this.#options;
    try {
      const placed = await placeFiles(pathsOf(way, this.#options.lifetime), plan.files);
      const { changed, rewritten, foreign } = placed;
      if (changed.length > rewritten.length) this.#due = "reload";
      else if (changed.length > 0 && this.#due === "nothing") this.#due = "reread";
      const { reload, reread = reload } = afterRemoval(way, this.#options);
      const failed = this.#due === "nothing" ? [] : await this.#runAll(this.#due === "reread" ? reread : reload);
      // What could not read a little may read everything.
      this.#due = failed.length > 0 ? "reload" : "nothing";
      return [...foreign.map(foreignFile), ...failed];
    } catch (error) {
      return [unwritable(error)];
    }
  }

  async #tell(plan: WayPlan, hadRoutes: boolean): Promise<readonly Trouble[]> {
    if (plan.tell.length > 0) return (await this.#isTold(plan)) ? [] : this.#runAll(plan.tell);
    // Without domains there may never have been a link.
    const failed = await this.#runAll(afterRemoval(this.#options.way, this.#options).untell);
    return hadRoutes ? failed : [];
  }

  async #isTold({ check }: WayPlan): Promise<boolean> {
    if (check === undefined) return true;
    const { ok, output } = await this.#run(check.command);
    return ok && check.read(output).toSorted().join() === check.words.toSorted().join();
  }

  async #runAll(commands: readonly CommandLine[]): Promise<readonly Trouble[]> {
    for (const command of commands) {
      const { ok, complaint } = await this.#run(command);
      if (!ok) return [resolverRefused(command, complaint)];
    }
    return [];
  }

  async #run([program, ...parameters]: CommandLine): Promise<Ran> {
    return this.#options.run(program, parameters);
  }

  #state(troubles: readonly Trouble[]): WiringState {
    const { way, sentence } = this.#options;
    return { way: way.name, sentence, routes: this.#routing?.routes ?? [], troubles };
  }
}
