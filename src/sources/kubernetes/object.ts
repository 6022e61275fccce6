/** What every Kubernetes object has, read out of foreign JSON without a look at the rest. */

interface ObjectMetadata {
  readonly name: string;
  /** Empty for objects of the whole cluster. */
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
}

export interface KubernetesObject {
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

/** The object, or undefined for anything else. */
export function parseObject(value: unknown): KubernetesObject | undefined {
  if (typeof value !== "object" || value === null || !("metadata" in value)) return undefined;
  const { metadata } = value;
  const isNamed = typeof metadata === "object" && metadata !== null && "name" in metadata;
  return isNamed && typeof metadata.name === "string" ? (value as KubernetesObject) : undefined;
}

/** What identifies an object among those of its kind, as in `default/test`. */
export function keyOf({ metadata: { namespace = "", name } }: KubernetesObject): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** The API server's own words for what it refuses (meta/v1 Status); empty when there are none. */
export function parseStatus(value: unknown): { readonly code: number; readonly message: string } {
  const { code, message } = (value ?? {}) as { code?: unknown; message?: unknown };
  return { code: typeof code === "number" ? code : 0, message: typeof message === "string" ? message : "" };
}
