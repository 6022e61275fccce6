import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { kubeadmCorefile } from "../../../test/support/corefiles.ts";
import { findBlock, putBlock } from "./marked-block.ts";

const body = "dtk.io:53 {\n    errors\n}\n";

function put(text: string, lines: string | undefined): string {
  const block = findBlock(text);
  return block.kind === "damaged" ? expect.fail(block.why) : putBlock(text, block, lines);
}

const users = fc
  .array(fc.oneof(fc.constantFrom(kubeadmCorefile, "\r\n", "\n", "# BEGIN", "{", "}", "\uFEFF", " ."), fc.string()))
  .map((parts) => parts.join(""))
  .filter((text) => !text.includes("hostsfile-server"));

describe("our block", () => {
  test("comes and goes, and the user's bytes stay as they are", () => {
    fc.assert(
      fc.property(users, (text) => {
        const taught = put(text, body);
        expect(taught.endsWith(text)).toBe(true);
        expect(taught.slice(0, taught.length - text.length)).toContain(body);
        expect(put(taught, undefined)).toBe(text);
      }),
    );
  });

  test("is there once, and changes in its place", () => {
    fc.assert(
      fc.property(users, users, (before, after) => {
        const lead = before === "" ? "" : `${before}\n`;
        const taught = lead + put(after, body);
        expect(put(taught, body)).toBe(taught);
        const changed = put(taught, "x.io {\n}\n");
        expect(changed).not.toContain("dtk.io:53");
        expect(put(changed, undefined)).toBe(lead + after);
      }),
    );
  });

  const whole = put(kubeadmCorefile, body);
  test.each([
    ["a line of it was changed", whole.replace("    errors\n}\n# END", "    log\n}\n# END"), 1],
    ["its line ends were changed", whole.replaceAll("\n", "\r\n"), 1],
    ["its end is missing", whole.replace(/^# END.*\n/m, ""), 1],
    ["its begin is missing", whole.replace(/^# BEGIN.*\n/m, ""), 4],
    ["its begin was changed", whole.replace(/lines=\w+/, "lines="), 1],
    ["it is there twice", whole + whole, 29],
  ])("is damaged where %s", (_, text, line) => {
    expect(findBlock(text)).toMatchObject({ kind: "damaged", line });
  });
});
