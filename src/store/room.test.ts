/** What fits is counted for each cluster and for all, and what makes nothing larger always fits. */
import { describe, expect, test } from "vitest";
import type { ClusterName } from "../records/cluster.ts";
import { storeLimits as limits } from "../records/limits.ts";
import { Room } from "./room.ts";

const [a, b] = ["a", "b"] as ClusterName[] as [ClusterName, ClusterName];
const size = (records: number, bytes: number) => ({ records, bytes });

describe("counting", () => {
  test("what came and went is what is there, of a cluster and of nobody else", () => {
    const room = new Room();
    room.add(a, size(3, 300));
    room.add(a, size(-1, -100));
    room.add(b, size(1, 7));
    expect([room.of(a), room.of(b)]).toEqual([size(2, 200), size(1, 7)]);
    expect(room.of("unknown" as ClusterName)).toEqual(size(0, 0));
  });

  test("a copy is counted on apart", () => {
    const room = new Room([[a, size(1, 10)]], size(1, 10));
    const copy = room.copy();
    copy.add(a, size(1, 10));
    expect([room.of(a), copy.of(a)]).toEqual([size(1, 10), size(2, 20)]);
    copy.delete(a);
    expect(room.of(a)).toEqual(size(1, 10));
  });

  test("a cluster that goes takes its room with it", () => {
    const room = new Room();
    room.add(a, size(0, limits.bytesPerCluster));
    for (let index = 0; index < limits.bytes / limits.bytesPerCluster - 1; index += 1) {
      room.add(`c${index}` as ClusterName, size(0, limits.bytesPerCluster));
    }
    expect(room.fits(b, size(1, 1))).toBe(false);
    room.delete(a);
    expect([room.fits(b, size(1, 1)), room.of(a)]).toEqual([true, size(0, 0)]);
    room.delete(a);
    expect(room.fits(b, size(1, limits.bytesPerCluster))).toBe(true);
    expect(room.fits(b, size(1, limits.bytesPerCluster + 1))).toBe(false);
  });
});

describe("what fits", () => {
  test.each([
    ["the last record of a cluster", size(limits.recordsPerCluster - 1, 0), size(1, 1), true],
    ["one more than that", size(limits.recordsPerCluster, 0), size(1, 1), false],
    ["the last byte of a cluster", size(1, limits.bytesPerCluster - 1), size(0, 1), true],
    ["one more than that", size(1, limits.bytesPerCluster), size(0, 1), false],
    ["a record in the place of another", size(limits.recordsPerCluster, 0), size(0, 0), true],
    [
      "what goes where there was too much",
      size(limits.recordsPerCluster + 5, limits.bytesPerCluster + 5),
      size(-1, -1),
      true,
    ],
    ["fewer bytes in more records than may be", size(limits.recordsPerCluster, 5), size(1, -1), false],
    ["fewer records with more bytes than may be", size(5, limits.bytesPerCluster), size(-1, 1), false],
  ])("%s", (_, before, change, expected) => {
    const room = new Room();
    room.add(a, before);
    expect(room.fits(a, change)).toBe(expected);
  });

  test("others' records count where all clusters share", () => {
    const room = new Room();
    for (let left: number = limits.records; left > 0; left -= limits.recordsPerCluster) {
      room.add(`c${left}` as ClusterName, size(Math.min(left, limits.recordsPerCluster), 0));
    }
    expect([room.fits(a, size(1, 0)), room.fits(a, size(0, 1))]).toEqual([false, true]);
    expect(room.isWithin(a)).toBe(true);
    room.add(b, size(1, 0));
    expect(room.isWithin(a)).toBe(false);
  });

  test("an earlier version stored more than may be, which is said of that cluster alone", () => {
    const room = new Room();
    room.add(a, size(1, limits.bytesPerCluster + 1));
    expect([room.isWithin(a), room.isWithin(b)]).toEqual([false, true]);
  });
});
