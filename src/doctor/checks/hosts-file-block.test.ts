/** The block is compared with itself and with what the server wants. */
import { expect, test } from "vitest";
import { statusOf } from "../../../test/support/status.ts";
import { renderHostsFile } from "../../sinks/hosts-file/document/document.ts";
import { readBlock } from "../looks/block.ts";
import { judgeBlock } from "./hosts-file-block.ts";

const path = "/etc/hosts";
const entries = [{ name: "a.test", addresses: ["10.0.0.1"] }];
const rendering = renderHostsFile({ text: "127.0.0.1 localhost\n", wanted: entries });
const text = rendering.kind === "changed" ? rendering.text : "";
const shown = { name: "a.test", addresses: ["10.0.0.1"], cluster: "default", resource: null, since: null };
const status = statusOf({ names: { total: 1, list: [shown] } });
const edited = text.replace("10.0.0.1 a.test\n", "");

test.each([
  { title: "as wanted", found: text, known: status, says: "in order, with 1 line." },
  { title: "without a server", found: text, known: undefined, says: "in order, with 1 line." },
  {
    title: "with a name that another sink alone shows",
    found: text,
    known: statusOf({
      names: {
        total: 2,
        list: [
          { ...shown, sinks: ["hosts-file", "dns"] },
          { ...shown, name: "*.test", sinks: ["dns"] },
        ],
      },
    }),
    says: "in order, with 1 line.",
  },
  { title: "nothing to show", found: "", known: statusOf(), says: "nothing to show" },
])("$title is ok", ({ found, known, says }) => {
  expect(judgeBlock(path, readBlock(found), known)).toMatchObject({
    grade: "ok",
    message: expect.stringContaining(says),
  });
});

test.each([
  { title: "gone", found: "", known: status, grade: "problem", code: "hosts-file-block-stale" },
  { title: "edited", found: edited, known: status, grade: "problem", code: "hosts-file-block-stale" },
  {
    title: "edited while no server runs",
    found: edited,
    known: undefined,
    grade: "warning",
    code: "hosts-file-block-edited",
  },
  {
    title: "with another address",
    found: text,
    known: statusOf({ names: { total: 1, list: [{ ...shown, addresses: ["10.0.0.2"] }] } }),
    grade: "problem",
    code: "hosts-file-block-stale",
  },
  {
    title: "without an end",
    found: text.replace(/# END.*/, ""),
    known: status,
    grade: "problem",
    code: "hosts-file-markers-wrong",
  },
])("a block that is $title: $code", ({ found, known, grade, code }) => {
  expect(judgeBlock(path, readBlock(found), known)).toMatchObject({ grade, code });
});

test("what the server cannot decide it says itself, with the command", () => {
  const own = { code: "hosts-file-block-undecidable", message: "Lines 3 to 4.", hint: "sudo sed" };
  const found = judgeBlock(path, readBlock(text + text), statusOf({ attention: [own] }));
  expect(found).toEqual({ grade: "problem", ...own });
});
