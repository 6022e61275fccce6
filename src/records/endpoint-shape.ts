/** What counts as an endpoint when it comes from outside, be it the wire or the disk. It judges and never rebuilds, so that values stay verbatim. */
import * as z from "zod/mini";
import type { Endpoint } from "./endpoint.ts";

const identifying = z.string().check(z.regex(/^\P{Cc}*$/u));

/** What is nested deeper than this cannot be written as JSON again, long before some hundred thousand levels. */
const deepest = 100;

/** Keys that nobody knows may hold anything that can be written again. */
const unknownKey = z.custom((value) => !isDeeper(value, deepest));

/** ExternalDNS `endpoint.Endpoint` (endpoint/endpoint.go): Go decodes null as the zero value, unknown keys are kept. */
const endpointSchema = z.catchall(
  z.object({
    dnsName: identifying.check(z.minLength(1)),
    recordType: identifying.check(z.minLength(1)),
    setIdentifier: z.nullish(identifying),
    targets: z.nullish(z.array(z.string())),
    recordTTL: z.nullish(z.int()),
    labels: z.nullish(z.record(z.string(), z.string())),
    providerSpecific: z.nullish(
      z.array(z.catchall(z.object({ name: z.nullish(z.string()), value: z.nullish(z.string()) }), unknownKey)),
    ),
  }),
  unknownKey,
);

/**
 * Says whether a JSON value is an endpoint that can be stored: of the right shape, with a name and a type, and without
 * control characters in what identifies it.
 */
export function isEndpoint(value: unknown): value is Endpoint {
  return endpointSchema.safeParse(value).success;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}
