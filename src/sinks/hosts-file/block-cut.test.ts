/** Our block comes out of a file of any size, and nothing else does. Files of hundreds of megabytes are in test/e2e/. */
import { readFileSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { block, manyLines } from "../../../test/support/earlier-block.ts";
import { plainPlace, viewOf } from "../../../test/support/hosts-place.ts";
import { openSink } from "../../../test/support/hosts-suite.ts";
import { emptyView } from "../../records/view.ts";
import { cutBlock } from "./block-cut.ts";
import { digest } from "./document/digest.ts";
import { endMarker, renderBegin } from "./document/marker.ts";

const users = "127.0.0.1 localhost\n";
const last = "# mine, without a line end";

test("a block of 20,000 lines is read and taken out whole when less is to be shown", async () => {
  const count = 20_000;
  using place = plainPlace(`${users}${last}\n${block(manyLines(count), digest(last))}`);
  await using sink = await openSink(place);
  const shown = await sink.apply(viewOf(["a.test"]));
  expect(shown.ok && [shown.diff.added, shown.diff.removed.length]).toEqual([["10.0.0.1 a.test"], count]);
  expect(statSync(place.path).size).toBeLessThan(1000);
  expect((await sink.apply(emptyView)).ok).toBe(true);
  expect(readFileSync(place.path, "utf8")).toBe(users + last);
});

describe("the cut", () => {
  const body = "10.0.0.1 a.test\n10.0.0.1 b.test\n";
  const cutText = (text: string, written?: string): string | undefined => {
    const cut = cutBlock(Buffer.from(text, "latin1"), written);
    return cut.kind === "cut" ? cut.bytes.toString("latin1") : undefined;
  };

  test.each([
    ["between lines", `${users}${block(body)}# tail\n`, `${users}# tail\n`],
    ["at the start", `${block(body)}# tail`, "# tail"],
    ["alone", block(body), ""],
    ["after a line that we ended", `${users}${last}\n${block(body, digest(last))}`, users + last],
    [
      "after a line that we ended, with more behind",
      `${last}\n${block(body, digest(last))}${users}`,
      `${last}\n${users}`,
    ],
    ["with line ends of another system", `${users}${block(body).replaceAll("\n", "\r\n")}`, users],
  ])("takes it out %s", (_, text, rest) => {
    expect(cutText(text)).toBe(rest);
  });

  test("leaves a line of the user's inside it", () => {
    const text = users + block(body).replace("10.0.0.1 b.test\n", "10.0.0.1 b.test\n5.5.5.5 mine\n");
    expect(cutText(text, body)).toBe(`${users}5.5.5.5 mine\n`);
  });

  test("decides nothing about damaged markers, and finds none where they are not whole lines", () => {
    expect(cutBlock(Buffer.from(`${block(body)}${endMarker}\n`), undefined).kind).toBe("undecidable");
    expect(cutBlock(Buffer.from(renderBegin({ body: digest(body), endedLine: undefined })), undefined).kind).toBe(
      "undecidable",
    );
    expect(cutBlock(Buffer.from(`x ${endMarker}\n`), undefined).kind).toBe("none");
  });
});
