/** Bytes become a text as they are, as long as there are texts so long. */
import { expect, test } from "vitest";
import { TroubleError } from "../../base/trouble.ts";
import { maxBytes, toText } from "./text.ts";

test("each byte is one character, and comes back", () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  expect(Buffer.from(toText("hosts", bytes), "latin1").equals(bytes)).toBe(true);
});

test("what is too large for a text is refused with its path", () => {
  // Pages that nobody touches take no memory.
  const bytes = Buffer.alloc(maxBytes + 1);
  expect(() => toText("/etc/hosts", bytes)).toThrow(TroubleError);
  expect(() => toText("/etc/hosts", bytes)).toThrow("/etc/hosts");
});
