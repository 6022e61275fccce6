/** The add-ons that dtk knows. */
import { oneText, parsedBy } from "../../base/text-schema.ts";
import * as z from "zod/mini";
import type { Positional } from "../setting.ts";

/** The one add-on so far; others of config.yaml are DTK's. */
export const knownAddons = ["external-dns"] as const;

type AddonName = (typeof knownAddons)[number];

/** Whether dtk installs this one. */
export function isKnownAddon(name: string): name is AddonName {
  return knownAddons.some((known) => known === name);
}

export const addonPositional: Positional<AddonName> = {
  placeholder: "addon",
  doc: `The add-on: ${knownAddons.join(", ")}.`,
  choices: knownAddons,
  schema: z.pipe(
    oneText,
    parsedBy(
      (text: string): AddonName | undefined => knownAddons.find((name) => name === text),
      `an add-on that dtk knows (${knownAddons.join(", ")})`,
    ),
  ),
};
