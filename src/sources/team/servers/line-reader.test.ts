import fc from "fast-check";
import { expect, test } from "vitest";
import { type FollowLine, lineMost } from "../../../contract/follow.ts";
import { NotLinesError, readLines } from "./line-reader.ts";

async function read(chunks: readonly Buffer[], most?: number): Promise<readonly FollowLine[]> {
  const source = (async function* () {
    yield* chunks;
  })();
  const lines: FollowLine[] = [];
  for await (const each of readLines(source, most)) lines.push(each);
  return lines;
}

/** Cuts bytes at any places, also within a character. */
const cut = (text: string, places: readonly number[]): readonly Buffer[] => {
  const bytes = Buffer.from(text);
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((left, right) => left - right);
  return [0, ...at].map((start, index) => bytes.subarray(start, at[index]));
};

const line = fc.record(
  {
    position: fc.constant({ cluster: "1", revision: "2", term: "3" }),
    set: fc.array(
      fc.tuple(
        fc.string({ maxLength: 50 }).map((text) => `/${text}`),
        fc.string({ unit: "binary", maxLength: 200 }),
      ),
    ),
    unset: fc.array(fc.string({ maxLength: 50 }).map((text) => `/${text}`)),
  },
  { requiredKeys: [] },
);

test("lines come whole, however the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat()), async (lines, places) => {
      const text = lines.map((each) => `${JSON.stringify(each)}\n`).join("");
      expect(await read(cut(text, places))).toEqual(JSON.parse(JSON.stringify(lines)));
    }),
  );
});

test("whatever else comes ends it with one kind of error, and no more is kept than agreed", async () => {
  const odd = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }).map((bytes) => Buffer.from(bytes)),
    fc.json().map((text) => Buffer.from(`${text}\n`)),
    fc
      .constantFrom(
        '{"set":[["x","y"]]}\n',
        '{"set":[["/x"]]}\n',
        '{"position":{"cluster":"-1"}}\n',
        "[]\n",
        "null\n",
        "\n",
      )
      .map((text) => Buffer.from(text)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(odd), async (chunks) => {
      await read(chunks).catch((error: unknown) => expect(error).toBeInstanceOf(NotLinesError));
    }),
  );
  await expect(read([Buffer.from('{"set":[["x","y"]]}\n')])).rejects.toThrow(NotLinesError);
  await expect(read([Buffer.alloc(lineMost + 1, "x")])).rejects.toThrow("has no end");
  await expect(read([Buffer.from(`{"unset":["/${"x".repeat(601)}"]}\n`)])).rejects.toThrow(NotLinesError);
  await expect(
    read(
      Array.from({ length: 20 }, () => Buffer.from("{}\n")),
      50,
    ),
  ).rejects.toThrow("more than the names");
});
