/** Times as a person reads them: how long ago, in the largest unit. */
import { counted } from "./words.ts";

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/**
 * Writes the time since a moment, as in `3 min`; a moment that is still to come is now, since clocks differ.
 *
 * @param moment - ISO 8601
 * @param now - milliseconds since 1970
 */
export function formatAge(moment: string, now: number): string {
  const milliseconds = Math.max(0, now - Date.parse(moment));
  const [unit, size] = units.find((entry) => milliseconds >= entry[1]) ?? ["s", 1000];
  return `${Math.floor(milliseconds / size)} ${unit}`;
}

const words = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1000],
] as const;

/**
 * Writes a duration in the largest unit of which there are two, as in `4 minutes`.
 *
 * @param milliseconds - how long
 */
export function describeDuration(milliseconds: number): string {
  const [unit, size] = words.find((entry) => milliseconds >= 2 * entry[1]) ?? ["second", 1000];
  return counted(Math.floor(Math.max(0, milliseconds) / size), unit);
}

/** Writes a moment, in milliseconds since 1970, as ISO 8601 has it. */
export function formatTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
