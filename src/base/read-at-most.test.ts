/** What is as long as it may be is read whole, and of what is longer nothing. */
import { expect, test } from "vitest";
import { readAtMost } from "./read-at-most.ts";

async function* chunks(...texts: readonly string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Promise.resolve(Buffer.from(text));
}

test("a text in parts, up to its last byte", async () => {
  expect(await readAtMost(chunks("ab", "c"), 3)).toBe("abc");
  expect(await readAtMost(chunks(), 3)).toBe("");
  const [first, second] = [Buffer.from("ü").subarray(0, 1), Buffer.from("ü").subarray(1)];
  const torn = (async function* () {
    yield await Promise.resolve(first);
    yield second;
  })();
  expect(await readAtMost(torn, 2)).toBe("ü");
});

test("one that is longer, without its end", async () => {
  async function* endless(): AsyncGenerator<Buffer> {
    for (;;) yield Promise.resolve(Buffer.from("abc"));
  }
  expect(await readAtMost(endless(), 1000)).toBeUndefined();
});
