/** Keeps an eye on what is asked of the server for one cluster, so that a cluster that ends has no request under way. */
import type { ServerPort } from "./server-port.ts";

export class ServerCalls {
  readonly #signal: AbortSignal;
  readonly #underWay = new Set<Promise<unknown>>();

  /** @param signal - after it aborts nothing more is asked */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Makes a port that asks the same server. */
  guard(server: ServerPort): ServerPort {
    const call = this.#call.bind(this);
    return {
      url: server.url,
      allowedDomains: async () => call(server.allowedDomains),
      domains: async (cluster) => call(async () => server.domains(cluster)),
      addDomains: async (cluster, domains) => call(async () => server.addDomains(cluster, domains)),
      removeDomain: async (cluster, domain) => call(async () => server.removeDomain(cluster, domain)),
      clusterIPs: async (cluster) => call(async () => server.clusterIPs(cluster)),
      setClusterIPs: async (cluster, addresses) => call(async () => server.setClusterIPs(cluster, addresses)),
      targets: async (cluster) => call(async () => server.targets(cluster)),
      setTargets: async (cluster, targets, isChosen) => call(async () => server.setTargets(cluster, targets, isChosen)),
      forget: async (cluster) => call(async () => server.forget(cluster)),
      report: async (report) => call(async () => server.report(report)),
      records: (cluster) => {
        const records = server.records(cluster);
        return {
          read: async () => call(records.read),
          change: async (changes) => call(async () => records.change(changes)),
        };
      },
    };
  }

  /** Resolves when no request is under way. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #call<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    this.#signal.throwIfAborted();
    const answer = work();
    this.#underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(answer);
    }
  }
}
