/** What can happen to a desktop, as values that a seed decides. */
import * as fc from "fast-check";
import type { ModelChanges, ModelEndpoint } from "./desktop-model.ts";

export type Operation =
  | {
      readonly kind: "post" | "post-and-append" | "post-and-kill";
      readonly cluster: string;
      readonly changes: ModelChanges;
      readonly milliseconds: number;
    }
  | { readonly kind: "post-while-protected"; readonly cluster: string; readonly changes: ModelChanges }
  | { readonly kind: "add-domain" | "remove-domain"; readonly cluster: string; readonly domain: string }
  | { readonly kind: "set-cluster-ip"; readonly cluster: string; readonly addresses: readonly string[] }
  | { readonly kind: "set-targets"; readonly cluster: string; readonly targets: "cluster" | "record" }
  | { readonly kind: "forget"; readonly cluster: string }
  | { readonly kind: "append"; readonly line: string }
  | { readonly kind: "edit"; readonly line: string; readonly at: number; readonly isRemoval: boolean }
  | { readonly kind: "restart" | "kill" };

const domains = ["dtk.io", "apps.dtk.io", "mydomain.io"] as const;
const clusters = ["default", "kind-a", "kind-b"] as const;

/** Few names, so that clusters and the user contend for them. */
const names = [
  ...Array.from({ length: 10 }, (_, index) => `n${index}.dtk.io`),
  "dtk.io",
  "a.apps.dtk.io",
  "B.apps.dtk.io",
  "x.mydomain.io",
  "evildtk.io",
  "*.dtk.io",
  "a_b.dtk.io",
] as const;

const name = fc.constantFrom(...names);
const cluster = fc.constantFrom(...clusters);
const domain = fc.constantFrom(...domains);
const ipv4 = fc.integer({ min: 1, max: 9 }).map((last) => `192.0.2.${last}`);
const ipv6 = fc.integer({ min: 1, max: 9 }).map((last) => `fd00::${last}`);

const endpoint: fc.Arbitrary<ModelEndpoint> = fc
  .record({
    dnsName: name,
    record: fc.oneof(
      { weight: 6, arbitrary: fc.record({ recordType: fc.constant("CNAME"), targets: fc.tuple(name) }) },
      {
        weight: 4,
        arbitrary: fc.record({
          recordType: fc.constant("A"),
          targets: fc.array(fc.oneof(ipv4, fc.constantFrom("0.0.0.0", "169.254.1.1")), { minLength: 1, maxLength: 3 }),
        }),
      },
      { weight: 2, arbitrary: fc.record({ recordType: fc.constant("AAAA"), targets: fc.tuple(ipv6) }) },
      { weight: 2, arbitrary: fc.record({ recordType: fc.constant("TXT"), targets: fc.constant(["heritage=x"]) }) },
    ),
    setIdentifier: fc.option(fc.constantFrom("blue", "green"), { freq: 6, nil: undefined }),
  })
  .map(({ dnsName, record, setIdentifier }) => ({
    dnsName,
    ...record,
    ...(setIdentifier !== undefined && { setIdentifier }),
  }));

const few = fc.array(endpoint, { maxLength: 3 });
const changes: fc.Arbitrary<ModelChanges> = fc.record({ create: few, updateOld: few, updateNew: few, delete: few });

const ownLine = fc.oneof(
  fc.tuple(ipv4, name).map(([address, own]) => `${address}\t${own.replace("*", "star")} # mine`),
  fc.integer({ max: 9999 }).map((number) => `# note ${number}`),
  fc.constant(""),
);

/** One operation; kills, restarts and edits are rarer than posts. */
export const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 50, arbitrary: post("post") },
  { weight: 4, arbitrary: post("post-and-append") },
  { weight: 3, arbitrary: post("post-and-kill") },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("post-while-protected" as const), cluster, changes }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("add-domain" as const), cluster, domain }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove-domain" as const), cluster, domain }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("set-cluster-ip" as const),
      cluster,
      addresses: fc.oneof(fc.tuple(ipv4), fc.tuple(ipv6), fc.tuple(ipv4, ipv6)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("set-targets" as const),
      cluster,
      targets: fc.constantFrom("cluster", "record"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("forget" as const), cluster: fc.constantFrom("kind-a", "kind-b") }),
  },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("append" as const), line: ownLine }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      line: ownLine,
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      isRemoval: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("restart" as const, "kill" as const) }) },
);

function post<Kind extends "post" | "post-and-append" | "post-and-kill">(kind: Kind) {
  const milliseconds = fc.integer({ min: 0, max: 12 });
  return fc.record({ kind: fc.constant(kind), cluster, changes, milliseconds });
}
