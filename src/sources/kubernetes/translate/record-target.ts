/** What a target of a record may be: addresses in address records, and the shapes that other types have. */
import { readTarget } from "../../../records/address.ts";

/** The type of record for a target (ExternalDNS endpoint/utils.go `SuitableType`). */
export function typeOfTarget(target: string): "A" | "AAAA" | "CNAME" {
  if (readTarget(target).kind === "name") return "CNAME";
  return target.includes(":") ? "AAAA" : "A";
}

/**
 * Whether a record of a type may have a target (ExternalDNS endpoint/endpoint.go `CheckEndpoint`). The name of an SRV record
 * may end in a dot or not: ExternalDNS demands it from v0.22 on, and refused it before.
 *
 * @param type - upper case, as in `MX`
 */
export function isTargetOf(type: string, target: string): boolean {
  switch (type) {
    case "A":
    case "AAAA":
      return typeOfTarget(target) === type;
    case "MX":
      return hasNumbers(target, 1);
    case "SRV":
      return hasNumbers(target, 3);
    default:
      return true;
  }
}

const mostOfNumber = 65_535;

/** So many numbers of 16 bits, then a name. */
function hasNumbers(target: string, count: number): boolean {
  const parts = target.trim().split(/\s+/);
  const numbers = parts.slice(0, count);
  return parts.length === count + 1 && numbers.every((part) => /^\d+$/.test(part) && Number(part) <= mostOfNumber);
}
