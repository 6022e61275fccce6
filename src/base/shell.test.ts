/** What is shown can be pasted: a real shell reads the words back. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { renderCommand } from "./shell.ts";

test.each([
  [["kubectl", "-n", "default", "get", "ingress"], "kubectl -n default get ingress"],
  [["helm", "--set", "a=b c"], "helm --set 'a=b c'"],
  [["echo", "it's", "$HOME", ""], String.raw`echo 'it'\''s' '$HOME' ''`],
])("%j is shown as %s", (words, expected) => {
  expect(renderCommand(words)).toBe(expected);
});

test("a shell reads back every word", () => {
  const word = fc.string({ unit: fc.constantFrom("a", " ", "'", '"', "$", "\\", "\n", "*", "`", "!", "~", "#", "é") });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (words) => {
      const output = execFileSync("sh", ["-c", `printf '%s\\0' ${renderCommand(words)}`], { encoding: "utf8" });
      expect(output.split("\0").slice(0, -1)).toEqual(words);
    }),
    { numRuns: 50 },
  );
});
