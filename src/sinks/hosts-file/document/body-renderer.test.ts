/** Proves that remembering saves work and changes nothing. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { BodyRenderer } from "./body-renderer.ts";
import { type HostEntry, renderBody } from "./body.ts";

const pool: readonly HostEntry[] = ["a", "aa", "b", "b.a", "c", "d", "not safe"].flatMap((name) =>
  [["10.0.0.1"], ["10.0.0.1", "fd00::1"], []].map((addresses) => ({ name, addresses })),
);

test("one list after the other is rendered as if it were the first", () => {
  const list = fc.uniqueArray(fc.constantFrom(...pool), { selector: ({ name }) => name });
  const ordered = list.map((entries) => entries.toSorted((left, right) => (left.name < right.name ? -1 : 1)));
  fc.assert(
    fc.property(fc.array(fc.oneof(list, ordered), { maxLength: 8 }), (lists) => {
      const renderer = new BodyRenderer();
      for (const entries of lists) expect(renderer.render(entries)).toBe(renderBody(entries));
    }),
    { numRuns: 1000 },
  );
});

test("what did not change is not rendered again", () => {
  const renderer = new BodyRenderer();
  let looks = 0;
  const watched = (name: string): HostEntry => ({
    name,
    get addresses() {
      looks += 1;
      return ["10.0.0.1"];
    },
  });
  const entries = Array.from({ length: 100 }, (_, index) => watched(`app-${100 + index}`));
  renderer.render(entries);
  looks = 0;
  renderer.render([...entries.slice(0, 50), watched("new"), ...entries.slice(50)]);
  expect(looks).toBeLessThan(5);
});
