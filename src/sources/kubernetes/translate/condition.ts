/** What a status denies: a desktop shows a name before its controller has answered, and takes it away only when told no. */
import type { Fields } from "./fields.ts";

/**
 * Finds what the condition `Accepted` denies.
 *
 * @param conditions - a list of conditions in a status
 * @param generation - the `metadata.generation` of the object with the status; a condition about an older one denies nothing
 * @returns the controller's own words, or undefined when nothing is denied
 */
export function denialIn(conditions: readonly Fields[], generation: number | undefined): string | undefined {
  const accepted = conditions.find((condition) => condition.text("type") === "Accepted");
  if (accepted?.text("status") !== "False") return undefined;
  const observed = accepted.number("observedGeneration");
  if (observed !== undefined && generation !== undefined && observed < generation) return undefined;
  return [accepted.text("reason") || "not accepted", accepted.text("message")].filter((part) => part !== "").join(": ");
}
