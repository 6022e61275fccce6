/** Hands what dtk was given on the command line and in the environment to the configuration, each with its name. */
import { entryKeys, hasFlag } from "../../dtk/configuration/entry.ts";
import type { GivenValues } from "../../dtk/configuration/resolve.ts";
import type { valueSettings } from "./settings.ts";
import type { Given, Sources } from "../setting.ts";

type ValueSettings = typeof valueSettings;

/** Pairs each value with the flag or variable that it came from. */
export function givenValues(given: Given<ValueSettings>, sources: Sources<ValueSettings>): GivenValues {
  const pairs = entryKeys.filter(hasFlag).flatMap((key) => {
    const [value, source] = [given[key], sources[key]];
    return value === undefined || source === undefined ? [] : [[key, { value, source }]];
  });
  return Object.fromEntries(pairs);
}
