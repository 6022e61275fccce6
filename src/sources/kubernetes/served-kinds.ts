/** Which of the kinds that give names a cluster serves, and in which version. */
import * as z from "zod/mini";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import type { Kind } from "./translate/kind.ts";

export interface ServedKinds {
  /** For each kind that is served, the best version that both sides know. */
  readonly versions: ReadonlyMap<Kind, string>;
  /** Kinds of which the API server cannot tell at the moment, since another server behind it does not answer. */
  readonly uncertain: ReadonlySet<Kind>;
}

/** All groups in one answer where the API server can (kubernetes.io, aggregated discovery; since 1.26). */
const aggregated = [
  "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList",
  "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList",
  "application/json",
].join(",");

const aggregatedSchema = z.object({
  kind: z.literal("APIGroupDiscoveryList"),
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      versions: z.array(
        z.object({
          version: z.string(),
          freshness: z.optional(z.string()),
          resources: z.optional(z.nullable(z.array(z.object({ resource: z.string() })))),
        }),
      ),
    }),
  ),
});

const groupsSchema = z.object({
  groups: z.array(z.object({ name: z.string(), versions: z.array(z.object({ version: z.string() })) })),
});

const resourcesSchema = z.object({ resources: z.array(z.object({ name: z.string() })) });

/**
 * Asks the API server.
 *
 * @throws TroubleError when it does not answer or refuses
 */
export async function findServedKinds(api: KubernetesAPI, kinds: readonly Kind[]): Promise<ServedKinds> {
  const { places, staleGroups } = await readServed(api, kinds);
  const versionOf = (kind: Kind): string | undefined =>
    kind.versions.find((version) => kind.group === "" || places.has(placeOf(kind, version)));
  const versions = new Map(
    kinds.flatMap((kind) => {
      const version = versionOf(kind);
      return version === undefined ? [] : [[kind, version] as const];
    }),
  );
  return { versions, uncertain: new Set(kinds.filter(({ group }) => staleGroups.has(group))) };
}

interface Served {
  /** As in `networking.k8s.io/v1/ingresses`. */
  readonly places: ReadonlySet<string>;
  readonly staleGroups: ReadonlySet<string>;
}

async function readServed(api: KubernetesAPI, kinds: readonly Kind[]): Promise<Served> {
  const answer = await api.read("/apis", z.union([aggregatedSchema, groupsSchema]), aggregated);
  if (answer === undefined) return { places: new Set(), staleGroups: new Set() };
  if ("groups" in answer) {
    return { places: await readEachGroup(api, kinds, answer.groups), staleGroups: new Set() };
  }
  const places = answer.items.flatMap(({ metadata, versions }) =>
    versions.flatMap(({ version, resources }) =>
      (resources ?? []).map(({ resource }) => `${metadata.name}/${version}/${resource}`),
    ),
  );
  const stale = answer.items.filter(({ versions }) => versions.some(({ freshness }) => freshness === "Stale"));
  return { places: new Set(places), staleGroups: new Set(stale.map(({ metadata }) => metadata.name)) };
}

async function readEachGroup(
  api: KubernetesAPI,
  kinds: readonly Kind[],
  groups: z.infer<typeof groupsSchema>["groups"],
): Promise<ReadonlySet<string>> {
  const wanted = new Set(kinds.flatMap(({ group, versions }) => versions.map((version) => `${group}/${version}`)));
  const offered = groups.flatMap(({ name, versions }) => versions.map(({ version }) => `${name}/${version}`));
  const found = offered
    .filter((place) => wanted.has(place))
    .map(async (place) => {
      const answer = await api.read(`/apis/${place}`, resourcesSchema);
      return (answer?.resources ?? []).map(({ name }) => `${place}/${name}`);
    });
  return new Set((await Promise.all(found)).flat());
}

function placeOf({ group, resource }: Kind, version: string): string {
  return `${group}/${version}/${resource}`;
}

/**
 * The path of a list.
 *
 * @param scope - a namespace, or empty for the whole cluster
 */
export function pathOfKind({ group, resource }: Kind, version: string, scope: string): string {
  const base = group === "" ? `/api/${version}` : `/apis/${group}/${version}`;
  return scope === "" ? `${base}/${resource}` : `${base}/namespaces/${scope}/${resource}`;
}
