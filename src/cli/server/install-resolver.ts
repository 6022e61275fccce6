/** What `install` does about the system resolver: chooses a way, says which, and asks before anything is exempt from DNSSEC. */
import { type Present, variablesOf } from "../../service/installation.ts";
import type { ServicePreparation } from "../../platform/service-manager.ts";
import { TroubleError, adviceOf } from "../../base/trouble.ts";
import { type AskedWay, askedWays, responderPlace } from "../../platform/resolver-wiring.ts";
import { type Choice, chooseWay } from "../../platform/resolver/choose.ts";
import type { ResolverFacts } from "../../platform/resolver/facts.ts";
import { readResolverFacts } from "../../platform/resolver/read-facts.ts";
import { removeWirings } from "../../platform/resolver/remove-wirings.ts";
import { confirm } from "../confirm.ts";
import type { Given } from "../setting.ts";
import type { installSettings } from "./install-settings.ts";

type Wishes = Pick<Given<typeof installSettings>, "resolver" | "dnssecExempt" | "domains" | "dryRun" | "yes">;

/** What is to be done about the resolver. */
export interface ResolverPlan {
  readonly facts: ResolverFacts;
  readonly choice: Choice;
  /** What has to be done before the service starts, and what else it may do then. */
  readonly preparation: ServicePreparation | undefined;
  /** Variables of the settings file. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** Whether the domains must be exempt from DNSSEC, which is asked first. */
  readonly mustExempt: boolean;
}

/**
 * Chooses a way: the one that was asked for, else the one that is installed. Nothing is changed.
 *
 * @returns undefined where the resolver is, and was, left alone
 * @throws TroubleError `resolver-way-impossible` (exit 3)
 */
export async function planResolver(
  { resolver, dnssecExempt }: Wishes,
  present: Present,
): Promise<ResolverPlan | undefined> {
  const { HOSTSFILE_SERVER_RESOLVER: installed, HOSTSFILE_SERVER_DNSSEC_EXEMPT: exempt } = variablesOf(
    present.settings,
  );
  const asked = resolver ?? askedWays.find((way) => way === installed);
  if (asked === undefined) return undefined;
  const facts = await readResolverFacts();
  const choice = chooseWay(facts, { asked, lifetime: "installed", responder: responderPlace });
  if (choice.trouble !== undefined) throw new TroubleError(choice.trouble, { exitCode: 3 });
  const mustExempt = choice.way?.mustExempt(facts) === true;
  const isExempt = mustExempt && (dnssecExempt ?? exempt !== undefined);
  return {
    facts,
    choice,
    preparation: choice.way && { ...choice.way.preparation, opensSockets: asksResponder(choice) },
    variables: {
      HOSTSFILE_SERVER_RESOLVER: flagOf(choice),
      ...(asksResponder(choice) && { HOSTSFILE_SERVER_DNS: "on" }),
      HOSTSFILE_SERVER_DNSSEC_EXEMPT: isExempt ? "true" : undefined,
    },
    mustExempt: mustExempt && !isExempt && dnssecExempt === undefined,
  };
}

/** A hook is answered over its own socket; by every other way the resolver asks the responder. */
function asksResponder({ way }: Choice): boolean {
  return way !== undefined && way.name !== "hook";
}

/** The way itself, so that the service does at every start what was chosen and prepared. */
function flagOf({ way }: Choice): AskedWay {
  if (way === undefined) return "none";
  return way.name === "network-manager" ? "dnsmasq" : (askedWays.find((asked) => asked === way.name) ?? "none");
}

/**
 * Asks whether domains may be exempt from DNSSEC, where the way needs it.
 *
 * @returns the plan with what was answered
 */
export async function askToExempt(plan: ResolverPlan, { yes }: Wishes): Promise<ResolverPlan> {
  if (!plan.mustExempt) return plan;
  const question =
    "The resolver checks DNSSEC and would refuse the server's unsigned answers. The managed domains can be exempt from it, by a negative trust anchor.";
  const isExempt = await confirm(question, yes);
  return { ...plan, variables: { ...plan.variables, ...(isExempt && { HOSTSFILE_SERVER_DNSSEC_EXEMPT: "true" }) } };
}

/** What is said of it in the plan. */
export function describeResolver(plan: ResolverPlan | undefined, { domains = [] }: Wishes): string {
  if (plan === undefined) return "";
  const { choice, facts, variables } = plan;
  const isUnsigned = variables["HOSTSFILE_SERVER_DNSSEC_EXEMPT"] !== undefined;
  const routing = { routes: domains, responder: responderPlace, isUnsigned };
  const files = choice.way?.plan(routing, { facts, lifetime: "installed" }).files ?? [];
  const later = files.map(({ path }) => `        the server writes ${path}\n`);
  return `resolver ${choice.sentence}\n${later.join("")}`;
}

/** Takes back what an earlier way told, once the new one is in place. */
export async function removeOtherWays({ facts, choice }: ResolverPlan): Promise<void> {
  const troubles = await removeWirings(facts, { lifetimes: ["installed"], except: choice.way?.name });
  for (const trouble of troubles) process.stderr.write(`${trouble.message} ${adviceOf(trouble)}\n`);
}
