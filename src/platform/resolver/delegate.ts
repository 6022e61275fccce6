/** The way `delegate`: a file tells systemd-resolved which server to ask about which domains. Pure. */
import type { Way } from "./way.ts";
import { isValidating, planSettings, resolvedInCharge, resolvedObstacle } from "./resolved.ts";

export const delegate: Way = {
  name: "delegate",
  inCharge: resolvedInCharge,
  how: "is told the domains by a delegate file",
  obstacle: (facts) => resolvedObstacle(facts, "delegate"),
  passesUnknown: false,
  mustExempt: isValidating,
  // systemd.dns-delegate(5)
  plan: planSettings("dns-delegate.d/hostsfile-server.dns-delegate", "Delegate", "reload"),
};
