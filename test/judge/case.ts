/** What the judge is given: objects of a cluster, made up at random, each case with names of its own. */
import fc from "fast-check";

/** An object to create, and what a controller then writes into its status. */
export interface CaseObject {
  /** As in `/apis/networking.k8s.io/v1/namespaces/judge-a/ingresses`. */
  readonly collection: string;
  readonly body: { readonly metadata: { readonly name: string; readonly namespace: string } } & Readonly<
    Record<string, unknown>
  >;
  readonly status?: unknown;
  /** The status once every controller has accepted what it does not deny. */
  readonly acceptedStatus?: unknown;
}

/** Objects that belong together. */
export interface Case {
  readonly kind: string;
  readonly objects: readonly CaseObject[];
}

/** Namespaces of the objects, with labels that selectors look for. */
export const caseNamespaces: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[] = [
  { name: "judge-a", labels: { team: "web", tier: "front" } },
  { name: "judge-b", labels: { team: "api" } },
  { name: "judge-c", labels: {} },
];

/** A placeholder for the number of the case in names and hosts. */
const number = "CASE";
/** A placeholder for the prefix of ExternalDNS's annotations, with its slash. */
const prefix = "PREFIX/";
/** The end of every host of a case. */
const domain = `${number}.dtk.io`;

/** Puts number and prefix into a case. */
export function placeCase(template: Case, index: number, annotationPrefix: string): Case {
  const text = JSON.stringify(template).replaceAll(number, `c${index}`).replaceAll(prefix, annotationPrefix);
  return JSON.parse(text) as Case;
}

/** The number of the case that a host is of; undefined for one of no case. */
export function caseOfHost(host: string): number | undefined {
  const [, index] = /\.c(\d+)\.dtk\.io\.?$/i.exec(host) ?? [];
  return index === undefined ? undefined : Number(index);
}

export const namespaces = fc.constantFrom(...caseNamespaces.map(({ name }) => name));

/** Hosts that a field of an object may hold. */
export const fieldHosts = fc.constantFrom(
  ...["a", "b", "x.y", "z.x.y", "*", "*.y", "*.x.y"].map((labels) => `${labels}.${domain}`),
);

/** Every host of a case matches it. */
export const everyHost = `*.${domain}`;

/** Hosts that only an annotation may hold. */
const oddHosts = fc.constantFrom(
  `Up.${domain}`,
  `dot.${domain}.`,
  `under_score.${domain}`,
  `-dash.${domain}`,
  `${"l".repeat(63)}.${domain}`,
  `${"l".repeat(64)}.${domain}`,
  `two..dots.${domain}`,
  "",
);

export const annotatedHosts = fc.oneof({ weight: 3, arbitrary: fieldHosts }, { weight: 1, arbitrary: oddHosts });

/** Addresses and names that a status may hold. */
export const statusTargets = fc.constantFrom("192.0.2.1", "192.0.2.2", "2001:db8::1", `lb.${domain}`, "lb.example.org");

const annotatedTargets = fc.oneof(
  { weight: 4, arbitrary: statusTargets },
  { weight: 1, arbitrary: fc.constantFrom(`lb.${domain}.`, `a.${domain}`, "::ffff:192.0.2.3", "192.0.2.300", "") },
);

/** A list in an annotation, with blanks where people put them. */
function listOf(items: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const separators = fc.constantFrom(",", ", ", " , ", ",,");
  return fc.tuple(fc.array(items, { minLength: 1, maxLength: 3 }), separators).map(([list, comma]) => list.join(comma));
}

/** A value so many times in a hundred, else none. */
export function sometimes<Value>(percent: number, arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.oneof({ weight: 100 - percent, arbitrary: fc.constant(undefined) }, { weight: percent, arbitrary });
}

/** Annotations that every kind has; more of them by name. */
export function annotations(
  more: Readonly<Record<string, fc.Arbitrary<string | undefined>>> = {},
): fc.Arbitrary<Readonly<Record<string, string>>> {
  const all = fc.record({
    hostname: sometimes(40, listOf(annotatedHosts)),
    target: sometimes(50, listOf(annotatedTargets)),
    controller: sometimes(10, fc.constantFrom("dns-controller", "other", "")),
    ttl: sometimes(20, fc.constant("60")),
    "set-identifier": sometimes(10, fc.constant("one")),
    ...more,
  });
  return all.map((values) =>
    Object.fromEntries(
      Object.entries(values).flatMap(([key, value]) => (value === undefined ? [] : [[prefix + key, value]])),
    ),
  );
}

export const hostnameSource = sometimes(
  30,
  fc.constantFrom("defined-hosts-only", "Annotation-Only", "annotation-only", "rubbish", ""),
);

export const internalHosts = sometimes(30, listOf(annotatedHosts));
export const access = sometimes(30, fc.constantFrom("public", "private", "rubbish"));

/** What a load balancer writes. */
export const loadBalancer = fc
  .array(
    statusTargets.map((target) => (/^[\d.]+$|:/.test(target) ? { ip: target } : { hostname: target })),
    { maxLength: 2 },
  )
  .map((ingress) => ({ loadBalancer: { ingress } }));

/** An object of a kind. */
export function object(given: {
  readonly api: string;
  readonly kind: string;
  readonly resource: string;
  readonly namespace: string;
  readonly name?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: unknown;
  readonly status?: unknown;
  readonly acceptedStatus?: unknown;
}): CaseObject {
  const { api, kind, resource, namespace, name = "main", labels = {}, spec } = given;
  const metadata = {
    name: `${name}-${number.toLowerCase()}-${number}`,
    namespace,
    labels,
    annotations: given.annotations ?? {},
  };
  return {
    collection: `${api === "v1" ? "/api/v1" : `/apis/${api}`}/namespaces/${namespace}/${resource}`,
    body: { apiVersion: api, kind, metadata, spec },
    status: given.status,
    acceptedStatus: given.acceptedStatus ?? given.status,
  };
}

/** The name that {@link object} gives. */
export function nameOf(name: string): string {
  return `${name}-${number.toLowerCase()}-${number}`;
}
