/** A file is ours only while every byte is. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isOwn, ownFile } from "./own-file.ts";

const sign = fc.constantFrom("#" as const, ";" as const);
const lines = fc.array(fc.string().map((text) => text.replaceAll(/[\r\n]/g, "")));

test("what was written is known, with either sign of a comment", () => {
  fc.assert(
    fc.property(lines, sign, (texts, comment) => {
      const { content } = ownFile("/x", texts, comment);
      expect(isOwn(content)).toBe(true);
      expect(content.startsWith(`${comment} hostsfile-server wrote this file`)).toBe(true);
    }),
  );
});

test("any edit makes it somebody's", () => {
  fc.assert(
    fc.property(lines, fc.nat(), fc.string({ minLength: 1 }), (texts, at, more) => {
      const { content } = ownFile("/x", texts);
      const cut = at % (content.length + 1);
      expect(isOwn(content.slice(0, cut) + more + content.slice(cut))).toBe(false);
      expect(isOwn(content.slice(0, -1))).toBe(false);
    }),
  );
});

test.each(["", "\n", "# hostsfile-server wrote this file", "[Delegate]\nDNS=127.0.0.1:5391\n"])(
  "%j never was ours",
  (text) => {
    expect(isOwn(text)).toBe(false);
  },
);
