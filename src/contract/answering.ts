/** The shape of `GET /zones/NAME`: what answers DNS queries for a name; one home for its writer and its readers. */
import * as z from "zod/mini";
import type { Answering } from "../records/zone-answer.ts";

export const answeringSchema = z.union([
  z.object({
    /** The managed domain that it lies in. */
    zone: z.string(),
    /** As of `AnsweringKind`. */
    kind: z.enum(["itself", "wildcard", "between", "unshown", "hidden", "missing"]),
    /** The node that answers: the name itself or a wildcard; null where the name does not exist. */
    owner: z.nullable(z.string()),
    /** The nearest name above it that exists. */
    encloser: z.string(),
    /** The wildcard that would cover it but for that name. */
    hidden: z.nullable(z.string()),
    /** Whose it is; null where it has no records. */
    cluster: z.nullable(z.string()),
    addresses: z.array(z.string()),
    /** Types of its records beside addresses. */
    types: z.array(z.string()),
  }),
  /** It lies in no managed domain. */
  z.object({ zone: z.null() }),
]);

/** What answers for a name in a managed domain. */
export type AnsweringName = Extract<z.infer<typeof answeringSchema>, { zone: string }>;

/** What answers as others see it. */
export function describeAnswering({ zone, kind, owner, encloser, hidden, entry }: Answering): AnsweringName {
  return {
    zone,
    kind,
    owner: owner ?? null,
    encloser,
    hidden: hidden ?? null,
    cluster: entry?.cluster ?? null,
    addresses: [...(entry?.addresses ?? [])],
    types: entry?.others.map(({ type }) => type) ?? [],
  };
}
