/** Does the installed service come back after the next boot? */
import { renderCommand } from "../../base/shell.ts";
import type { Platform } from "../../platform/platform.ts";
import type { ServiceState } from "../../platform/service-manager.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { lookAtService } from "../looks/service.ts";

export const serviceEnabled: Check = {
  id: "service-enabled",
  title: "The service starts at boot",
  needs: ["server-answers"],
  run: async ({ once, platform }) => [judgeEnabled(await once(lookAtService), platform)],
};

/** Judges the service; a server that was started by hand is fine. */
export function judgeEnabled(service: ServiceState | undefined, { services, commands }: Platform): Finding {
  if (service === undefined) {
    return {
      grade: "note",
      code: "service-not-installed",
      message: "The server was started by hand, so it is gone after the next boot.",
      hint: "Make it a service:",
      command: commands.asRoot("hostsfile-server install"),
    };
  }
  if (service.startsAtBoot) return ok("The service starts at boot.");
  const command = services.commands.enable;
  return {
    grade: "warning",
    code: "service-not-enabled",
    message: "The service does not start at boot.",
    hint: "Let it:",
    command: commands.asRoot(renderCommand(command)),
    fix: { commands: [command], needsRoot: true },
  };
}
