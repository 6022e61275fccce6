/** A new config.yaml works as it is, explains every value, and still works when every comment is made a value. */
import { expect, test } from "vitest";
import { entries, pathText } from "./entry.ts";
import { renderNewFile } from "./new-file.ts";
import { readConfiguration } from "./read.ts";

test("it is read as it is: the guide's values and the add-on", () => {
  const { values, addons } = readConfiguration({ path: "config.yaml", text: renderNewFile() });
  expect(values.domains?.value).toEqual(["dtk.io"]);
  expect(values.port?.value).toBe(5000);
  expect(values.feed?.value).toBe("watch");
  expect(Object.values(values).filter((value) => value !== undefined)).toHaveLength(3);
  expect(addons).toEqual([{ name: "external-dns", isEnabled: false }]);
});

test("with each comment that is a value made one, every value is there but the one that is left empty", () => {
  const text = renderNewFile().replaceAll(/^( *)# ( *(?:- )?[a-z-]+:(?: \S+)?)$/gm, "$1$2");
  const { values } = readConfiguration({ path: "config.yaml", text });
  const absent = Object.entries(values).flatMap(([key, value]) => (value === undefined ? key : []));
  expect(absent).toEqual(["hostIP"]);
});

test("it has the key and the words of every value of the section dns", () => {
  const words = renderNewFile().replaceAll(/\n *#? */g, " ");
  for (const { path, doc } of Object.values(entries).filter((entry) => entry.path[0] === "dns")) {
    expect(words).toContain(` ${path.at(-1)}:`);
    expect(words, pathText(path)).toContain(doc);
  }
});

test("no line is wider than 100 columns", () => {
  expect(
    renderNewFile()
      .split("\n")
      .filter((line) => line.length > 100),
  ).toEqual([]);
});
