/** Which add-ons are dtk's own. */
import { expect, test } from "vitest";
import { addonPositional, isKnownAddon } from "./addon.ts";

test("external-dns is", () => {
  expect(isKnownAddon("external-dns")).toBe(true);
  expect(addonPositional.schema.parse(["external-dns"])).toBe("external-dns");
});

test.each(["cilium", "", "External-DNS", "external-dns ", "toString"])(
  "%j is not, and is refused with those that are",
  (name) => {
    expect(isKnownAddon(name)).toBe(false);
    const { error } = addonPositional.schema.safeParse([name]);
    expect(error?.issues[0]?.message).toContain("external-dns");
  },
);
