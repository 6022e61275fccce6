/** Looks at the state of the installed service, once for all checks. */
import type { ServiceState } from "../../platform/service-manager.ts";
import type { Desktop } from "../check.ts";

/** Asks the service manager; undefined where the service is not installed. */
export async function lookAtService({ run, platform }: Desktop): Promise<ServiceState | undefined> {
  return platform.services.findState(run);
}
