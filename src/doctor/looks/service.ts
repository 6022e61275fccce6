/** Looks at the state of the installed service, once for all checks. */
import type { ServiceState } from "../../platform/service-manager.ts";
import { renderCommand } from "../../base/shell.ts";
import { platform } from "../../platform/current.ts";
import type { Desktop } from "../check.ts";

/** What starts the server anew. */
export const restartServer = platform.commands.asRoot(renderCommand(platform.services.commands.restart));

/** Asks the service manager; undefined where the service is not installed. */
export async function lookAtService({ run, platform: { services } }: Desktop): Promise<ServiceState | undefined> {
  return services.findState(run);
}
