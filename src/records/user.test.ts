/** Which texts name a user: nothing that would be another path, header or token than it looks. */
import { expect, test } from "vitest";
import { parseUserName } from "./user.ts";

test.each(["dev", "_apt", "first.last", "ann@example.com", "Ann-2", "1000", "a".repeat(64)])("%s is one", (text) => {
  expect(parseUserName(text)).toBe(text);
});

test.each(["", ".", "..", "-rf", "a/b", "a b", "a\n", "a%2fb", "EXAMPLE\\ann", "jürgen", "a".repeat(65)])(
  "%j is none",
  (text) => {
    expect(parseUserName(text)).toBeUndefined();
  },
);
