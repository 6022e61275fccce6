/** What `install` does about the system resolver: chooses a way, says which, and asks before anything is exempt from DNSSEC. */
import { type Present, variablesOf } from "../../service/installation.ts";
import type { ServicePreparation } from "../../platform/service-manager.ts";
import { TroubleError, adviceOf } from "../../base/trouble.ts";
import {
  type AskedWay,
  type ResponderPlace,
  askedWays,
  placeToAsk,
  responderPlace,
} from "../../platform/resolver-wiring.ts";
import { type Choice, chooseWay } from "../../platform/resolver/choose.ts";
import type { ResolverFacts } from "../../platform/resolver/facts.ts";
import { readResolverFacts } from "../../platform/resolver/read-facts.ts";
import { removeWirings } from "../../platform/resolver/remove-wirings.ts";
import { confirm } from "../confirm.ts";
import type { Given } from "../setting.ts";
import type { ResponderPlan } from "./install-responder.ts";
import type { installSettings } from "./install-settings.ts";

type Wishes = Partial<Pick<Given<typeof installSettings>, "resolver" | "dnssecExempt" | "domains" | "dryRun" | "yes">>;

/** What is to be done about the resolver. */
export interface ResolverPlan {
  readonly facts: ResolverFacts;
  readonly choice: Choice;
  /** Where the resolver asks the responder; undefined where that is off. */
  readonly place: ResponderPlace | undefined;
  /** What has to be done before the service starts, and what else it may do then. */
  readonly preparation: ServicePreparation | undefined;
  /** Variables of the settings file. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Whether the domains must be exempt from DNSSEC, which is asked first. */
  readonly mustExempt: boolean;
}

/**
 * Chooses a way: the one that was asked for, else the one that is installed and still possible, else the best. Nothing is
 * changed.
 *
 * @param responder - what is to be of the responder
 * @throws TroubleError `resolver-way-impossible` (exit 3)
 */
export async function planResolver(
  { resolver, dnssecExempt }: Wishes,
  present: Pick<Present, "settings">,
  responder: Pick<ResponderPlan, "isOn" | "places">,
  readFacts: () => Promise<ResolverFacts> = readResolverFacts,
): Promise<ResolverPlan> {
  const { HOSTSFILE_SERVER_RESOLVER: installed, HOSTSFILE_SERVER_DNSSEC_EXEMPT: exempt } = variablesOf(
    present.settings,
  );
  const facts = await readFacts();
  const place = responder.isOn ? placeToAsk(responder.places) : undefined;
  const choose = (asked: AskedWay): Choice => chooseWay(facts, { asked, lifetime: "installed", responder: place });
  const asked = resolver ?? askedWays.find((way) => way === installed) ?? "auto";
  const wished = choose(asked);
  if (wished.trouble !== undefined && resolver !== undefined) throw new TroubleError(wished.trouble, { exitCode: 3 });
  const choice = wished.trouble === undefined ? wished : choose("auto");
  const mustExempt = choice.way?.mustExempt(facts) === true;
  const isExempt = mustExempt && (dnssecExempt ?? exempt !== undefined);
  return {
    facts,
    choice,
    place,
    preparation: choice.way && { ...choice.way.preparation, opensSockets: asksServers(facts) },
    variables: {
      // What nobody decided is decided anew by the next installation.
      HOSTSFILE_SERVER_RESOLVER: choice.way === undefined && asked !== "none" ? undefined : flagOf(choice),
      HOSTSFILE_SERVER_DNSSEC_EXEMPT: isExempt ? "true" : undefined,
    },
    mustExempt: mustExempt && !isExempt && dnssecExempt === undefined,
  };
}

/** Whether the server asks DNS servers itself who else has a domain; where systemd-resolved is asked, it says so. */
function asksServers({ resolved }: ResolverFacts): boolean {
  return resolved?.isAsked !== true;
}

/** The way itself, so that the service does at every start what was chosen and prepared. */
function flagOf({ way }: Choice): AskedWay {
  if (way === undefined) return "none";
  return way.name === "network-manager" ? "dnsmasq" : (askedWays.find((asked) => asked === way.name) ?? "none");
}

/**
 * Asks whether domains may be exempt from DNSSEC, where the way needs it. That is never taken for granted where nobody
 * asked for a way and nobody can be asked.
 *
 * @returns the plan with what was answered
 */
export async function askToExempt(plan: ResolverPlan, { resolver, yes }: Wishes): Promise<ResolverPlan> {
  if (!plan.mustExempt || (resolver === undefined && yes === true)) return plan;
  const question =
    "The resolver checks DNSSEC and would refuse the server's unsigned answers. The managed domains can be exempt from it, by a negative trust anchor.";
  const isExempt = await confirm(question, yes);
  return { ...plan, variables: { ...plan.variables, ...(isExempt && { HOSTSFILE_SERVER_DNSSEC_EXEMPT: "true" }) } };
}

/** What is said of it in the plan. */
export function describeResolver(plan: ResolverPlan, { domains = [] }: Wishes): string {
  const { choice, facts, variables, place = responderPlace } = plan;
  const isUnsigned = variables["HOSTSFILE_SERVER_DNSSEC_EXEMPT"] !== undefined;
  const routing = { routes: domains, responder: place, isUnsigned };
  const files = choice.way?.plan(routing, { facts, lifetime: "installed" }).files ?? [];
  const later = files.map(({ path }) => `        the server writes ${path}\n`);
  return `resolver ${choice.sentence}\n${later.join("")}`;
}

/** Takes back what an earlier way told, once the new one is in place. */
export async function removeOtherWays({ facts, choice }: ResolverPlan): Promise<void> {
  const troubles = await removeWirings(facts, { lifetimes: ["installed"], except: choice.way?.name });
  for (const trouble of troubles) process.stderr.write(`${trouble.message} ${adviceOf(trouble)}\n`);
}
