/** Chooses the way for a machine, and says in one line what is in charge and which way it is. Pure. */
import type { Trouble } from "../../base/trouble.ts";
import type { AskedWay, ResponderPlace, WayName } from "../resolver-wiring.ts";
import { authority } from "../../records/network.ts";
import { delegate } from "./delegate.ts";
import { dnsmasq } from "./dnsmasq.ts";
import type { ResolverFacts } from "./facts.ts";
import { global } from "./global.ts";
import { hook } from "./hook.ts";
import { link } from "./link.ts";
import { networkManager } from "./network-manager.ts";
import { unbound } from "./unbound.ts";
import { type Lifetime, type Way, obstacleOf } from "./way.ts";

/** Every way that tells somebody something, the best first. */
export const ways: readonly Way[] = [hook, delegate, networkManager, link, dnsmasq, unbound, global];

export interface Choice {
  /** Undefined where nobody is told. */
  readonly way: Way | undefined;
  /** What is in charge and which way is used. */
  readonly sentence: string;
  /** Why what was asked for cannot be. */
  readonly trouble: Trouble | undefined;
}

/** What was asked for, for how long, and where the responder answers, if it does. */
interface Wanted {
  readonly asked: AskedWay;
  readonly lifetime: Lifetime;
  readonly responder: ResponderPlace | undefined;
}

/** Chooses a way. What was asked for by its name and cannot be used is a trouble, and nobody is told then. */
export function chooseWay(facts: ResolverFacts, wanted: Wanted): Choice {
  const { asked } = wanted;
  if (asked === "none") return nobody(`The system resolver is left alone (none). ${whatWorks(wanted.responder)}`);
  const candidates = ways.filter(({ name }) => isAsked(name, asked));
  const way = facts.mayTell ? candidates.find((each) => obstacleOf(each, facts, wanted) === undefined) : undefined;
  if (way !== undefined) {
    const sentence = `${way.inCharge(facts) ?? "A resolver"} is in charge of names; it ${way.how} (${way.name}).`;
    return { way, sentence, trouble: undefined };
  }
  const reason = reasonOf(facts, candidates, wanted);
  const sentence = `Nobody is told (none): ${reason}. ${whatWorks(wanted.responder)}`;
  if (asked === "auto") return nobody(sentence);
  const message = `--resolver=${asked} cannot be used: ${reason}.`;
  return { ...nobody(sentence), trouble: { code: "resolver-way-impossible", message, hint: hintOf(facts, wanted) } };
}

/** A global server sees every question of the machine, so nobody gets it without asking for it. */
function isAsked(name: WayName, asked: AskedWay): boolean {
  if (asked === "auto") return name !== "global";
  return name === asked || (asked === "dnsmasq" && name === "network-manager");
}

function nobody(sentence: string): Choice {
  return { way: undefined, sentence, trouble: undefined };
}

/** Of the ways that fit what is in charge; of a way that was asked for, its own. */
function reasonOf(facts: ResolverFacts, candidates: readonly Way[], wanted: Wanted): string {
  const { asked } = wanted;
  if (!facts.mayTell) return "telling the resolver takes root";
  const fitting = candidates.filter((way) => asked !== "auto" || way.inCharge(facts) !== undefined);
  const obstacle = fitting.map((way) => obstacleOf(way, facts, wanted)).findLast((each) => each !== undefined);
  if (obstacle !== undefined) return obstacle;
  const servers = facts.nameservers.length === 0 ? "no server" : facts.nameservers.join(", ");
  return `resolv.conf names ${servers}, and nothing here can be told which server knows which domain`;
}

/** What there is without any wiring. */
function whatWorks(responder: ResponderPlace | undefined): string {
  const always = "Names in the hosts file resolve all the same.";
  if (responder === undefined) return always;
  const { address, port } = responder;
  return `${always} Wildcards and other records than addresses are answered only to programs that ask ${authority(address, port)}.`;
}

function hintOf(facts: ResolverFacts, wanted: Wanted): string {
  const best = chooseWay(facts, { ...wanted, asked: "auto" });
  return best.way === undefined ? "Use --resolver=none." : `Use --resolver=auto, which is ${best.way.name} here.`;
}
