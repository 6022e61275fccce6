/** Reads the block as it is, with any lines around it. */
import { expect, test } from "vitest";
import { renderHostsFile } from "../../sinks/hosts-file/document/document.ts";
import { addressesIn, namesIn, readBlock } from "./block.ts";

const wanted = [
  { name: "a.test", addresses: ["10.0.0.1", "fd00::1"] },
  { name: "b.test", addresses: ["10.0.0.1"] },
];
const rendering = renderHostsFile({ text: "127.0.0.1 localhost\n", wanted });
const text = rendering.kind === "changed" ? rendering.text : "";

test("a whole block", () => {
  const block = readBlock(`${text}# mine\n`);
  expect(block).toEqual({
    kind: "whole",
    isAsWritten: true,
    lines: ["10.0.0.1 a.test", "fd00::1 a.test", "10.0.0.1 b.test"],
    firstLine: 3,
  });
  expect(namesIn(block)).toEqual(["a.test", "b.test"]);
  expect(addressesIn(block, "a.test")).toEqual(["10.0.0.1", "fd00::1"]);
  expect(addressesIn(block, "test")).toEqual([]);
});

test("line ends of Windows change nothing", () => {
  expect(readBlock(text.replaceAll("\n", "\r\n"))).toEqual(readBlock(text));
});

test("an edited block", () => {
  expect(readBlock(text.replace("10.0.0.1 b.test", "10.0.0.2 b.test"))).toMatchObject({
    kind: "whole",
    isAsWritten: false,
  });
});

test.each([
  { title: "no end", damaged: text.replace(/# END.*\n/, ""), markers: [2] },
  { title: "no begin", damaged: text.replace(/# BEGIN.*\n/, ""), markers: [5] },
  { title: "twice", damaged: text + text, markers: [2, 6, 8, 12] },
])("a damaged block: $title", ({ damaged, markers }) => {
  expect(readBlock(damaged)).toEqual({ kind: "damaged", markers });
  expect(namesIn(readBlock(damaged))).toEqual([]);
  expect(addressesIn(readBlock(damaged), "a.test")).toEqual([]);
});

test("none", () => expect(readBlock("127.0.0.1 localhost\n")).toEqual({ kind: "none" }));
