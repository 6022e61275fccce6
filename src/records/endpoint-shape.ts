/** What counts as an endpoint when it comes from outside, be it the wire or the disk. It judges and never rebuilds, so that values stay verbatim. */
import * as z from "zod/mini";
import type { Endpoint } from "./endpoint.ts";

const identifying = z.string().check(z.regex(/^\P{Cc}*$/u));

/** ExternalDNS `endpoint.Endpoint` (endpoint/endpoint.go): Go decodes null as the zero value, unknown keys are kept. */
const endpointSchema = z.looseObject({
  dnsName: identifying.check(z.minLength(1)),
  recordType: identifying.check(z.minLength(1)),
  setIdentifier: z.nullish(identifying),
  targets: z.nullish(z.array(z.string())),
  recordTTL: z.nullish(z.int()),
  labels: z.nullish(z.record(z.string(), z.string())),
  providerSpecific: z.nullish(z.array(z.looseObject({ name: z.nullish(z.string()), value: z.nullish(z.string()) }))),
});

/**
 * Says whether a JSON value is an endpoint that can be stored: of the right shape, with a name and a type, and without
 * control characters in what identifies it.
 */
export function isEndpoint(value: unknown): value is Endpoint {
  return endpointSchema.safeParse(value).success;
}
