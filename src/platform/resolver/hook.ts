/** The way `hook`: systemd-resolved calls us itself over a Unix socket, and asks elsewhere what we do not know. Pure. */
import { emptyPlan, type Way } from "./way.ts";
import { resolvedInCharge, resolvedObstacle } from "./resolved.ts";

/** Where it looks for hooks. What is in there is gone at the next boot of its own accord. */
export const hookFolder = "/run/systemd/resolve.hook";

export const hook: Way = {
  name: "hook",
  inCharge: resolvedInCharge,
  how: "asks this server itself, and asks elsewhere about names that it does not know",
  obstacle: (facts) => resolvedObstacle(facts, "hook"),
  callsServer: true,
  passesUnknown: true,
  // What a hook says is taken as it is.
  mustExempt: () => false,
  preparation: {
    sign: hookFolder,
    script: `mkdir -p ${hookFolder}; chmod 755 ${hookFolder}`,
    // Others may have a hook there too.
    undo: `rm -rf ${hookFolder}/hostsfile-server*; rmdir ${hookFolder} 2>/dev/null || true`,
    writable: [hookFolder],
  },
  plan: () => emptyPlan,
};
