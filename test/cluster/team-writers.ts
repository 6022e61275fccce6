/** Writers on team servers that repeat what was not acknowledged, as ExternalDNS does, and what must be true after all they did. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import { ingressEndpoint } from "../support/http.ts";
import type { Desktop } from "./desktop.ts";
import type { EtcdCluster } from "./etcd.ts";
import { eventually } from "./eventually.ts";
import type { TeamServer } from "./team-server.ts";

/** A source of one cluster, which calls one server. */
export interface Source {
  readonly cluster: string;
  readonly address: string;
  readonly server: () => Pick<TeamServer, "post" | "names">;
}

interface Writers {
  /** Acknowledged changes so far. */
  readonly acknowledged: () => number;
  /** Answers other than 204 so far. */
  readonly refused: () => number;
  /** Waits until each writer has had so many more changes acknowledged. */
  readonly advance: (changes?: number) => Promise<void>;
  /** Ends the writers once what each has begun is acknowledged; returns what must be stored, by cluster. */
  readonly end: () => Promise<ReadonlyMap<string, readonly string[]>>;
}

/** Names that each writer has at a time. */
const kept = 8;

/** Begins to write: names come and go, one after the other, and none is given up before it is acknowledged. */
export function startWriters(sources: readonly Source[], domain: string): Writers {
  const over = new AbortController();
  const counts = sources.map(() => 0);
  let refused = 0;
  const stored = new Map<string, Set<string>>(sources.map(({ cluster }) => [cluster, new Set()]));
  const write = async ({ cluster, server }: Source, place: number): Promise<void> => {
    const names = stored.get(cluster) ?? new Set();
    const surely = async (changes: object): Promise<void> => {
      // A refused connection, as while the server is away, is repeated as well.
      while (
        (await server()
          .post(cluster, changes)
          .catch(() => 0)) !== 204
      ) {
        refused += 1;
        await sleep(20);
      }
      counts[place] = (counts[place] ?? 0) + 1;
    };
    for (let index = 0; !over.signal.aborted; index += 1) {
      const name = `${cluster}${index}.${domain}`;
      await surely({ create: [ingressEndpoint(name)] });
      names.add(name);
      const [oldest] = names;
      if (names.size <= kept || oldest === undefined) continue;
      await surely({ delete: [ingressEndpoint(oldest)] });
      names.delete(oldest);
    }
  };
  const writing = Promise.all(sources.map(write));
  return {
    acknowledged: () => counts.reduce((sum, count) => sum + count, 0),
    refused: () => refused,
    advance: async (changes = 5) => {
      const before = [...counts];
      await eventually(() => {
        for (const [place, count] of counts.entries()) expect(count).toBeGreaterThan((before[place] ?? 0) + changes);
      });
    },
    end: async () => {
      over.abort();
      await writing;
      return new Map([...stored].map(([cluster, names]) => [cluster, [...names].toSorted()]));
    },
  };
}

/**
 * Checks that everybody has exactly what was acknowledged: every server, etcd itself, the projection, and the hosts file of
 * every desktop.
 */
export async function agreeOn(
  stored: ReadonlyMap<string, readonly string[]>,
  known: {
    readonly etcd: EtcdCluster;
    readonly servers: readonly Pick<TeamServer, "names">[];
    readonly desktops: readonly Pick<Desktop, "added">[];
    readonly sources: readonly Source[];
  },
): Promise<void> {
  const { etcd, servers, desktops, sources } = known;
  const lines: string[] = [];
  for (const { cluster, address } of sources) {
    const names = stored.get(cluster) ?? [];
    lines.push(...names.map((name) => `${address} ${name}`));
    for (const server of servers) await eventually(async () => expect(await server.names(cluster)).toEqual(names));
    const prefix = `/hostsfile-server/v1/records/${cluster}/`;
    expect([...(await etcd.list(prefix)).keys()].map((key) => key.slice(prefix.length)).toSorted()).toEqual(names);
  }
  const byName = lines.toSorted((left, right) => (left.split(" ")[1] ?? "").localeCompare(right.split(" ")[1] ?? ""));
  const inOrder = (some: readonly string[]): readonly string[] => [...some].toSorted();
  await eventually(async () => {
    const published = [...(await etcd.list("/skydns/")).entries()].filter(([key]) => /\/hfs[46]$/.test(key));
    const shown = published.map(([, text]) => {
      const { host, group } = JSON.parse(text) as { readonly host: string; readonly group: string };
      return `${host} ${group}`;
    });
    expect(inOrder(shown)).toEqual(inOrder(byName));
  });
  for (const desktop of desktops) {
    await eventually(async () => expect(inOrder(await desktop.added())).toEqual(inOrder(byName)));
  }
}
