/** What is measured with a real API server, which needs what `npm run e2e` needs. */
import { measureDoctor } from "./doctor.ts";
import { measureInstalled } from "./installed.ts";
import { measureClusterLatency } from "./latency.ts";
import { measureFollowers, measureTeam, measureTeamStart } from "./team.ts";
import { measureTeamStore } from "./team-store.ts";
import { measureWatchFaults } from "./watch-faults.ts";
import { measureWatchLatency } from "./watch-latency.ts";
import { measureWatchLoad } from "./watch-load.ts";
import { measureWatchRest } from "./watch-rest.ts";

/** By the names that `--only` takes. */
export const clusterMeasurements = {
  installed: measureInstalled,
  doctor: measureDoctor,
  latency: measureClusterLatency,
  team: measureTeam,
  "team-start": measureTeamStart,
  "team-store": measureTeamStore,
  "team-followers": measureFollowers,
  "watch-latency": measureWatchLatency,
  "watch-load": measureWatchLoad,
  "watch-rest": measureWatchRest,
  "watch-faults": measureWatchFaults,
} as const;
