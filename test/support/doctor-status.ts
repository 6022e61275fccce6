/** A status of a server that is well, for tests that change a part of it. */
import type { Status } from "../../src/contract/status.ts";

/** Makes a status; of the server only what is given differs from one that is well. */
export function statusOf(
  given: Partial<Omit<Status, "server">> & { readonly server?: Partial<Status["server"]> } = {},
): Status {
  const none = { total: 0, list: [] };
  return {
    schemaVersion: 1,
    clusters: [],
    sinks: [],
    notShown: none,
    names: none,
    leftOut: none,
    contested: none,
    attention: [],
    ...given,
    server: {
      pid: 1,
      version: "0.0.0",
      since: "2026-01-01T00:00:00.000Z",
      address: "http://localhost:5000",
      hostsFile: "/etc/hosts",
      ready: true,
      dryRun: false,
      allowed: [],
      tokenRequired: false,
      ...given.server,
    },
  };
}
