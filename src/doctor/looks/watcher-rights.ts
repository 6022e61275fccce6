/** What a watcher may read in its cluster, by asking the API server with the credentials of the watcher's context. */
import type { WatchedCluster } from "../../contract/watched-cluster.ts";
import { isWatchOf } from "../../dtk/installation/watch.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { readClusterUID } from "../../kubernetes/cluster-uid.ts";
import { type Rules, permits, reviewRules, wholeCluster } from "../../kubernetes/rights.ts";
import { loginBehindSudo } from "../../platform/login.ts";
import { currentUserName } from "../../platform/user.ts";
import { definitionsKind, followingVerbs, identityRight } from "../../sources/kubernetes/reader-role.ts";
import type { Kind } from "../../sources/kubernetes/translate/kind.ts";
import { kinds as allKinds } from "../../sources/kubernetes/translate/kinds.ts";
import type { Desktop } from "../check.ts";

type WatchedKind = WatchedCluster["watch"]["kinds"][number];

/** The rights that a watcher lacks; kinds as in `Ingress v1`. */
export interface RightsGaps {
  /** Kinds that it may not list. */
  readonly forbidden: readonly string[];
  /** Kinds that it may list and not watch. */
  readonly unwatched: readonly string[];
  /** Kinds that it may list in the namespaces where it follows them alone, each with these. */
  readonly narrow: readonly { readonly kind: string; readonly namespaces: readonly string[] }[];
  /** Whether it may not read what tells one cluster from another. */
  readonly isIdentityHidden: boolean;
  /** Whether it may not follow which kinds the cluster gets. */
  readonly areDefinitionsHidden: boolean;
}

/**
 * Asks the API server of a cluster.
 *
 * @returns undefined where it cannot be asked as the watcher asks: the watcher is another user's, the kubeconfig leads
 *   elsewhere, or the API server does not say everything
 */
export async function lookAtRights(desktop: Desktop, { watch }: WatchedCluster): Promise<RightsGaps | undefined> {
  const { user, context, kinds } = watch;
  if (user !== userBehind() || context === null) return undefined;
  try {
    const api = await desktop.kubernetes(context);
    const isSame = isWatchOf(watch, { server: api.server, uid: await readClusterUID(api) });
    return isSame ? await reviewGaps(api, kinds) : undefined;
  } catch {
    // Why it does not answer is for the check of its contexts to say.
    return undefined;
  }
}

/** The user whose kubeconfig is read. */
function userBehind(): string {
  return loginBehindSudo()?.name ?? currentUserName();
}

async function reviewGaps(api: KubernetesAPI, kinds: readonly WatchedKind[]): Promise<RightsGaps | undefined> {
  const places = new Set([wholeCluster, identityRight.name, ...kinds.flatMap(({ namespaces }) => namespaces)]);
  const rules = new Map<string, Rules>();
  for (const place of places) {
    const found = await reviewRules(api, place);
    if (found === undefined) return undefined;
    rules.set(place, found);
  }
  return findGaps(kinds, rules);
}

/**
 * Compares what holds with what is needed.
 *
 * @param rules - those of each namespace in which kinds are followed, of the whole cluster, and of `kube-system`
 */
export function findGaps(kinds: readonly WatchedKind[], rules: ReadonlyMap<string, Rules>): RightsGaps {
  const may = (place: string, kind: Pick<Kind, "group" | "resource">, verb: string): boolean =>
    permits(rules.get(place) ?? [], { ...kind, verb });
  const mayEach = ({ namespaces, ...watched }: WatchedKind, verb: string): boolean => {
    const kind = kindOf(watched);
    return kind === undefined || placesOf(namespaces).every((place) => may(place, kind, verb));
  };
  const titlesOf = (some: readonly WatchedKind[]): readonly string[] => some.map(titleOf);
  const listed = kinds.filter((kind) => mayEach(kind, "list"));
  const narrow = listed.filter(({ namespaces, ...watched }) => {
    const kind = kindOf(watched);
    return namespaces.length > 0 && kind !== undefined && !may(wholeCluster, kind, "list");
  });
  return {
    forbidden: titlesOf(kinds.filter((kind) => !listed.includes(kind))),
    unwatched: titlesOf(listed.filter((kind) => !mayEach(kind, "watch"))),
    narrow: narrow.map((kind) => ({ kind: titleOf(kind), namespaces: kind.namespaces })),
    isIdentityHidden: !permits(rules.get(identityRight.name) ?? [], identityRight),
    areDefinitionsHidden: !followingVerbs.every((verb) => may(wholeCluster, definitionsKind, verb)),
  };
}

function placesOf(namespaces: readonly string[]): readonly string[] {
  return namespaces.length === 0 ? [wholeCluster] : namespaces;
}

/** Undefined for a kind of a newer watcher. */
function kindOf({ kind, group }: Pick<WatchedKind, "kind" | "group">): Kind | undefined {
  return allKinds.find((each) => each.kind === kind && each.group === group);
}

function titleOf({ kind, version }: WatchedKind): string {
  return `${kind} ${version}`;
}
