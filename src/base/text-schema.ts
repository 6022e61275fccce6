/** Schemas from texts, as flags, variables and files give them, to values: one, a comma list, a switch, or a parser of ours. */
import * as z from "zod/mini";

const texts = z.array(z.string());

/** A setting with one text value; of a repeated flag the last counts. */
export const oneText = z.pipe(
  texts,
  z.transform((given: string[]) => given.at(-1) ?? ""),
);

/** A setting that takes a comma list, a repeated flag, or both. */
export const commaList = z.pipe(
  texts,
  z.transform((given: string[]) =>
    given
      .flatMap((text) => text.split(","))
      .map((text) => text.trim())
      .filter((text) => text !== ""),
  ),
);

/** A switch; its environment twin takes words as well. */
export const onOrOff = z.pipe(oneText, parsedBy(parseSwitch, "on or off"));

function parseSwitch(text: string): boolean | undefined {
  if (/^(?:true|1|yes|on)$/i.test(text)) return true;
  return /^(?:false|0|no|off)$/i.test(text) ? false : undefined;
}

/** Returns the port that a text names in decimal digits; 0 means any free port and is taken only where `least` is 0. */
export function parsePort(text: string, least: 0 | 1): number | undefined {
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port >= least && port <= 65_535 ? port : undefined;
}

/**
 * Makes a parser of ours into the last part of a setting's schema.
 *
 * @param parse - returns undefined for a value that is not what it should be
 * @param expected - what it should be, as in `a port (0 to 65535)`
 */
export function parsedBy<Raw, Value>(parse: (raw: Raw) => Value | undefined, expected: string) {
  return z.transform((raw: Raw, context): Value => {
    const value = parse(raw);
    if (value === undefined) {
      const given = JSON.stringify(Array.isArray(raw) ? raw.join() : raw);
      context.issues.push({ code: "custom", message: `${given} is not ${expected}.`, input: raw });
    }
    return value ?? z.NEVER;
  });
}
