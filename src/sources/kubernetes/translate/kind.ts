/** What a kind of cluster object is to the watcher: where it is served, and how its objects become endpoints. */
import type { Endpoint } from "../../../records/endpoint.ts";

/** Why an object, or a name of it, is not asked for. */
export type NotAskedReason =
  | "not-a-dns-name"
  | "bad-target"
  | "hostname-source"
  | "malformed"
  | "no-host-name"
  | "no-listener"
  | "no-target"
  | "not-supported"
  | "other-class"
  | "other-controller"
  | "parent-missing"
  | "parent-refuses";

/** One reason, for status, doctor and `--dry-run`. */
export interface NotAsked {
  readonly reason: NotAskedReason;
  /** The DNS names that it is about, of which others may ask for some all the same; empty when it is about the object. */
  readonly names: readonly string[];
  /** One sentence: what is wrong, and how to fix it. It may quote the object, so print it like foreign text. */
  readonly sentence: string;
}

/** What one object asks for. */
export interface Translation {
  /** ExternalDNS's endpoints, each with `labels.resource` as in `ingress/default/test`. */
  readonly endpoints: readonly Endpoint[];
  /**
   * Names for which neither an annotation nor a status gives a target, which ExternalDNS passes over. Each is a CNAME of
   * the name to itself, which the view turns into the cluster IP.
   */
  readonly withoutTarget: readonly Endpoint[];
  /** Empty when the object got all it asks for, also when it asks for nothing. */
  readonly notAsked: readonly NotAsked[];
}

/** The other objects of the cluster, as far as the watcher knows them. Kinds are compared by identity. */
export interface Neighbours {
  /**
   * Finds an object.
   *
   * @param namespace - empty for a kind without namespaces
   */
  readonly find: (kind: Kind, namespace: string, name: string) => unknown;
  /** Every known object of a kind. */
  readonly list: (kind: Kind) => Iterable<unknown>;
  /**
   * Whether the objects of a kind in a namespace are all known. Where they are not, since the user may not list them, an
   * object that is not found denies nothing.
   */
  readonly knows: (kind: Kind, namespace: string) => boolean;
}

/**
 * Translates an object. It is pure and throws for no object at all, whatever its shape.
 *
 * @param object - an object as the API gave it, or as `keepFields` left it
 */
export type Translate = (object: unknown, neighbours: Neighbours) => Translation;

/** A kind of object that the watcher lists and watches. */
export interface Kind {
  /** As in `Ingress`. */
  readonly kind: string;
  /** As in `networking.k8s.io`; empty for the core group. */
  readonly group: string;
  /** As in `ingresses`. */
  readonly resource: string;
  /** The versions that the translation reads, the best first. The cluster serves one of them, or the kind is not watched. */
  readonly versions: readonly string[];
  /** Whether its objects lie in namespaces. */
  readonly namespaced: boolean;
  /** What is read of an object besides its name and annotations, as in `spec.rules`. */
  readonly fields: readonly string[];
  /** The class that an object names, empty when it names none; absent for a kind without classes. */
  readonly classOf?: (object: unknown) => string;
  /** Absent for a kind that only others look at. */
  readonly translate?: Translate;
  /** Kinds whose objects the translation looks at: when one changes, the objects of this kind are translated again. */
  readonly looksAt: readonly Kind[];
}
