/** Does the installed service come back after the next boot? */
import { serviceUnitName, socketUnitName } from "../../platform/places.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { type ServiceUnit, lookAtService } from "../looks/service-unit.ts";

export const serviceEnabled: Check = {
  id: "service-enabled",
  title: "The service starts at boot",
  needs: ["server-answers"],
  run: async ({ once }) => [judgeEnabled(await once(lookAtService))],
};

/** Judges the unit; a server that was started by hand is fine. */
export function judgeEnabled(unit: ServiceUnit | undefined): Finding {
  if (unit === undefined) {
    return {
      grade: "note",
      code: "service-not-installed",
      message: "The server was started by hand, so it is gone after the next boot.",
      hint: "Make it a service:",
      command: "sudo hostsfile-server install",
    };
  }
  if (unit.atBoot !== "disabled") return ok("The service starts at boot.");
  const command = ["systemctl", "enable", serviceUnitName, socketUnitName];
  return {
    grade: "warning",
    code: "service-not-enabled",
    message: "The service does not start at boot.",
    hint: "Let it:",
    command: `sudo ${command.join(" ")}`,
    fix: { commands: [command], needsRoot: true },
  };
}
