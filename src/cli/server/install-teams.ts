/** What `install` does about teams: to follow one, the service must open connections, which it otherwise may not. */
import type { ServicePreparation } from "../../platform/service-manager.ts";
import { type Present, variablesOf } from "../../service/installation.ts";
import type { Given } from "../setting.ts";
import type { installSettings } from "./install-settings.ts";

interface TeamsPlan {
  /** Variables of the settings file. */
  readonly variables: Readonly<Record<string, string | undefined>>;
  /** What has to be done before the service starts, and what else it may do then. */
  readonly preparation: ServicePreparation | undefined;
}

/**
 * Lets the service open connections where that was asked for, or is installed so.
 *
 * @param preparation - what else has to be done
 */
export function planTeams(
  { teams }: Pick<Given<typeof installSettings>, "teams">,
  { settings }: Present,
  preparation: ServicePreparation | undefined,
): TeamsPlan {
  const isWanted = teams ?? variablesOf(settings)["HOSTSFILE_SERVER_TEAMS"] === "on";
  return {
    variables: { HOSTSFILE_SERVER_TEAMS: isWanted ? "on" : undefined },
    preparation: isWanted ? { ...preparation, opensSockets: true } : preparation,
  };
}
