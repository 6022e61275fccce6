/** Which resources of the cluster ask for a name: those that ExternalDNS and the watcher read names from. */
import { ancestorsOf } from "../../records/zone.ts";
import * as z from "zod/mini";
import { TroubleError } from "../../base/trouble.ts";
import { pathOf } from "../../kubernetes/cluster-ip/candidate.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import type { Ingress } from "../../kubernetes/facts.ts";
import { askedNames, translateAlone } from "../../sources/kubernetes/translate/asked-names.ts";
import { ingressKind } from "../../sources/kubernetes/translate/ingress.ts";
import { placeOf } from "../../sources/kubernetes/translate/keep-fields.ts";
import type { Kind } from "../../sources/kubernetes/translate/kind.ts";
import { kinds } from "../../sources/kubernetes/translate/kinds.ts";
import { lookAtFacts } from "./cluster-looks.ts";
import type { Desktop } from "../check.ts";

export interface NameSource {
  /** As in `Ingress`. */
  readonly kind: string;
  /** Its group; empty for Kubernetes' own core. */
  readonly group: string;
  /** As in `default/test`. */
  readonly path: string;
  /** The wildcard that it asks for, where that covers the name. */
  readonly wildcard?: string;
  /** The Ingress itself, for what else is to be known of it. */
  readonly ingress?: Ingress;
}

const listShape = z.object({ items: z.nullable(z.array(z.unknown())) });

/**
 * Finds the resources that ask for a name, of every kind that gives names and that the cluster serves; where there are
 * none, those that ask for the nearest wildcard above it.
 *
 * @param prefix - the prefix of the annotations that ExternalDNS reads; empty for the watcher, which reads those of both
 * @throws TroubleError when the cluster does not answer
 */
export async function findSources(desktop: Desktop, name: string, prefix: string): Promise<readonly NameSource[]> {
  const { ingresses } = await desktop.once(lookAtFacts);
  const api = await desktop.kubernetes();
  const giving = kinds.filter((kind) => kind !== ingressKind && kind.translate !== undefined);
  const lists = await Promise.all(giving.map(async (kind) => ({ kind, objects: await listServed(api, kind) })));
  const asksFor = (asked: string): readonly NameSource[] => {
    const asks = (kind: Kind, object: unknown): boolean =>
      askedNames(translateAlone(kind, object, prefix)).some((each) => each === asked);
    const about = asked === name ? {} : { wildcard: asked };
    return [
      ...ingresses
        .filter((ingress) => asks(ingressKind, ingress))
        .map((ingress) => ({
          kind: ingressKind.kind,
          group: ingressKind.group,
          path: pathOf(ingress),
          ingress,
          ...about,
        })),
      ...lists.flatMap(({ kind, objects }) =>
        objects
          .filter((object) => asks(kind, object))
          .flatMap((object) => placeOf(object) ?? [])
          .map((place) => ({
            kind: kind.kind,
            group: kind.group,
            path: `${place.namespace}/${place.name}`,
            ...about,
          })),
      ),
    ];
  };
  for (const asked of [name, ...wildcardsAbove(name)]) {
    const found = asksFor(asked);
    if (found.length > 0) return found;
  }
  return [];
}

/** The wildcards that may cover a name, the nearest first. */
function wildcardsAbove(name: string): readonly string[] {
  return [...ancestorsOf(name)].slice(0, -1).map((ancestor) => `*.${ancestor}`);
}

/** In the best version that the cluster serves; empty when it serves none, or does not let this user list them. */
async function listServed(api: KubernetesAPI, { group, versions, resource }: Kind): Promise<readonly unknown[]> {
  for (const version of versions) {
    const path = `${group === "" ? "/api" : `/apis/${group}`}/${version}/${resource}`;
    const list = await api.read(path, listShape).catch((error: unknown) => {
      if (error instanceof TroubleError && error.code === "cluster-refused") return undefined;
      throw error;
    });
    if (list !== undefined) return list.items ?? [];
  }
  return [];
}
