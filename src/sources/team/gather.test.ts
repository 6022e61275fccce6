/** A burst of changes becomes one, nothing is lost or doubled, and what is not a change keeps its place. */
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { gatherChanges } from "./gather.ts";
import type { TeamNews } from "./team-source.ts";

function changes(revision: number): TeamNews {
  const position = { cluster: "1", revision: String(revision), term: "1" };
  return { kind: "changes", position, changes: [{ key: `k${revision}`, value: "v" }] };
}

async function* from(news: readonly TeamNews[]): AsyncGenerator<TeamNews, void> {
  for (const each of news) {
    await Promise.resolve();
    yield each;
  }
}

async function collect(news: AsyncGenerator<TeamNews, void>): Promise<TeamNews[]> {
  const all: TeamNews[] = [];
  for await (const each of news) all.push(each);
  return all;
}

test("changes that come together are one, with the last position", async () => {
  const all = await collect(gatherChanges(from([changes(1), changes(2), { kind: "live" }, changes(3)]), 1000));
  expect(all.map(({ kind }) => kind)).toEqual(["changes", "live", "changes"]);
  expect(all[0]).toMatchObject({ position: { revision: "2" }, changes: [{ key: "k1" }, { key: "k2" }] });
});

test("a change goes on although nothing comes after it", async () => {
  const ending = Promise.withResolvers<void>();
  async function* endless(): AsyncGenerator<TeamNews, void> {
    yield changes(1);
    await ending.promise;
  }
  const gathered = gatherChanges(endless(), 5);
  expect((await gathered.next()).value).toMatchObject({ kind: "changes", position: { revision: "1" } });
  ending.resolve();
});

test("a change after a rest waits for nothing, and those that follow it are one", async () => {
  async function* burst(): AsyncGenerator<TeamNews, void> {
    yield changes(1);
    // Those that follow have nothing but time between them and the first.
    for (const revision of [2, 3]) {
      await sleep(20);
      yield changes(revision);
    }
    await ending.promise;
  }
  const ending = Promise.withResolvers<void>();
  const gathered = gatherChanges(burst(), 60_000);
  // With the wait before the first, this would take a minute.
  expect((await gathered.next()).value).toMatchObject({ position: { revision: "1" } });
  const second = gathered.next();
  ending.resolve();
  expect((await second).value).toMatchObject({ position: { revision: "3" }, changes: [{ key: "k2" }, { key: "k3" }] });
});

test("in any order, every change is told once", async () => {
  const news = fc.array(fc.constantFrom("change", "live"), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(news, async (kinds) => {
      const all = kinds.map((kind, index): TeamNews => (kind === "live" ? { kind } : changes(index)));
      const told = await collect(gatherChanges(from(all), 0));
      const keys = (some: readonly TeamNews[]): readonly string[] =>
        some.flatMap((each) => (each.kind === "changes" ? each.changes.map(({ key }) => key) : [each.kind]));
      expect(keys(told)).toEqual(keys(all));
    }),
    { numRuns: 50 },
  );
});

test("an error of the source reaches whoever reads", async () => {
  async function* failing(): AsyncGenerator<TeamNews, void> {
    yield changes(1);
    throw new Error("a bug");
  }
  await expect(collect(gatherChanges(failing(), 0))).rejects.toThrow("a bug");
});
