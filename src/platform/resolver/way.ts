/** What a way of telling the resolver is: who can be told so, and everything that then has to be, as data. */
import type { ResponderPlace, Routing, WayName } from "../resolver-wiring.ts";
import type { ResolverFacts } from "./facts.ts";
import type { OwnFile } from "./own-file.ts";

/** `installed`: for good, in `/etc`. `foreground`: until the server ends, in `/run` alone. */
export type Lifetime = "installed" | "foreground";

/** A program with its arguments. */
export type CommandLine = readonly [program: string, ...parameters: readonly string[]];

/** How it is seen what the resolver was told. */
export interface Check {
  readonly command: CommandLine;
  /** Reads the domains in what the command prints. */
  readonly read: (output: string) => readonly string[];
  /** What is to be there, and nothing else, in any order. */
  readonly words: readonly string[];
}

/** Everything that is to be for some domains. Without domains nothing of it is to be. */
export interface WayPlan {
  readonly files: readonly OwnFile[];
  /** Lets the resolver read the files again, after one of them changed. */
  readonly reload: readonly CommandLine[];
  /** The same where each file was there before and is there now, if less will do then. */
  readonly reread?: readonly CommandLine[];
  /** What no file keeps, told whenever it is not so. */
  readonly tell: readonly CommandLine[];
  /** Takes that back. */
  readonly untell: readonly CommandLine[];
  /** Shows what the resolver was told; undefined where the files say it all. */
  readonly check: Check | undefined;
}

/** What only an administrator with all powers can do, each time before the server starts. */
export interface Preparation {
  /** A script for sh, which may be run again and again. */
  readonly script: string;
  /** What is there once it was done. */
  readonly sign: string;
  /** Takes back what the script did. */
  readonly undo: string;
  /** Folders in which the server then has to write. */
  readonly writable: readonly string[];
}

export interface Way {
  readonly name: WayName;
  /** What is in charge where this way fits, as in `systemd-resolved 257`; undefined where it is not this way's. */
  readonly inCharge: (facts: ResolverFacts) => string | undefined;
  /** How the resolver learns of the domains, as the end of a sentence that starts with what is in charge. */
  readonly how: string;
  /** Why the way cannot be used here; undefined when it can. */
  readonly obstacle: (facts: ResolverFacts) => string | undefined;
  /** Whether the resolver reads only what outlives a boot, so that a server in the foreground cannot use the way. */
  readonly isForGood?: boolean;
  /** Whether the resolver calls the server over a socket of its own, so that the way needs no responder. */
  readonly callsServer?: boolean;
  /** Whether a name in our domains that we do not know is asked elsewhere. If not, a routed domain is ours alone. */
  readonly passesUnknown: boolean;
  /** Whether the resolver would refuse our unsigned answers, so that the domains must be exempt from DNSSEC. */
  readonly mustExempt: (facts: ResolverFacts) => boolean;
  readonly preparation?: Preparation;
  readonly plan: (routing: Routing, known: { readonly facts: ResolverFacts; readonly lifetime: Lifetime }) => WayPlan;
}

/**
 * Why a way cannot be used here; undefined when it can.
 *
 * @param wanted - for how long, and where the responder answers, if it does
 */
export function obstacleOf(
  way: Way,
  facts: ResolverFacts,
  { lifetime, responder }: { readonly lifetime: Lifetime; readonly responder: ResponderPlace | undefined },
): string | undefined {
  const obstacle = way.obstacle(facts);
  if (obstacle !== undefined) return obstacle;
  if (responder === undefined && way.callsServer !== true) return "the DNS responder is off (--dns=off)";
  return lifetime === "foreground" && way.isForGood === true
    ? "it reads no file that is gone at the next boot"
    : undefined;
}

/** Of a way that leaves nothing anywhere. */
export const emptyPlan: WayPlan = { files: [], reload: [], tell: [], untell: [], check: undefined };
