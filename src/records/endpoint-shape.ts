/** What counts as an endpoint when it comes from outside, be it the wire or the disk. It judges and never rebuilds, so that values stay verbatim. */
import { z } from "zod";
import type { Endpoint } from "./endpoint.ts";

const noControlCharacter = z.string().regex(/^\P{Cc}*$/u);

/** ExternalDNS `endpoint.Endpoint` (endpoint/endpoint.go): Go decodes null as the zero value, unknown keys are kept. */
const endpointSchema = z.looseObject({
  dnsName: noControlCharacter.min(1),
  recordType: noControlCharacter.min(1),
  setIdentifier: noControlCharacter.nullish(),
  targets: z.array(z.string()).nullish(),
  recordTTL: z.int().nullish(),
  labels: z.record(z.string(), z.string()).nullish(),
  providerSpecific: z.array(z.looseObject({ name: z.string().nullish(), value: z.string().nullish() })).nullish(),
});

/**
 * Says whether a JSON value is an endpoint that can be stored: of the right shape, with a name and a type, and without
 * control characters in what identifies it.
 */
export function isEndpoint(value: unknown): value is Endpoint {
  return endpointSchema.safeParse(value).success;
}
