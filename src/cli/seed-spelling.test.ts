/** The seed's `--install-addon` is the command, at any place. */
import { expect, test } from "vitest";
import { rewriteSeedSpelling } from "./seed-spelling.ts";

test.each([
  ["--install-addon external-dns", "install-addon external-dns"],
  ["--install-addon=external-dns", "install-addon external-dns"],
  ["--config my.yaml --install-addon external-dns --dry-run", "install-addon external-dns --config my.yaml --dry-run"],
  ["--config=my.yaml --install-addon=external-dns", "install-addon external-dns --config=my.yaml"],
  ["--install-addon", "install-addon"],
  ["install-addon external-dns", "install-addon external-dns"],
  ["config show", "config show"],
  ["", ""],
])("dtk %s is dtk %s", (given, expected) => {
  const words = (line: string): readonly string[] => ["node", "dtk", ...line.split(" ").filter((word) => word !== "")];
  expect(rewriteSeedSpelling(words(given))).toEqual(words(expected));
});
