import { expect, test } from "vitest";
import type { Change } from "../change.ts";
import { PublishedKeys } from "../published-keys.ts";
import { Publication } from "./publication.ts";

const header = { clusterId: 7n, revision: 20_000n, raftTerm: 3n };

function open(): {
  readonly keys: PublishedKeys;
  readonly publication: Publication;
  readonly take: (...changes: readonly Change[]) => void;
} {
  const keys = new PublishedKeys();
  const publication = new Publication({ path: "/skydns", header, keys });
  const take = (...changes: readonly Change[]): void =>
    publication.take(changes).forEach((change) => keys.take(change));
  return { keys, publication, take };
}

const put = (name: string, revision: bigint, value = "{}"): Change => {
  const key = `/skydns/io/dtk/${name}/hfs4`;
  return { key, revision, item: { key, value: Buffer.from(value), createRevision: revision, modRevision: revision } };
};
const gone = (name: string, revision: bigint): Change => ({
  key: `/skydns/io/dtk/${name}/hfs4`,
  revision,
  item: undefined,
});

test("history from before the list changes nothing, and is told to those who were away", () => {
  const { keys, publication, take } = open();
  keys.take(put("kept", 19_000n, "now"));
  take(put("old", 15_000n), gone("old", 16_000n), put("kept", 17_000n, "before"));
  expect(publication.items()).toEqual([{ key: "/io/dtk/kept/hfs4", value: "now" }]);
  expect(publication.revision).toBe(20_000n);
  take(put("new", 20_001n));
  expect(publication.items().map(({ key }) => key)).toEqual(["/io/dtk/kept/hfs4", "/io/dtk/new/hfs4"]);
  expect(publication.revision).toBe(20_001n);
  expect(publication.log.after(14_000n, 1000)?.map(({ revision }) => revision)).toEqual([
    15_000n,
    16_000n,
    17_000n,
    20_001n,
  ]);
});

test("keys of others and values that nobody reads are told to nobody", () => {
  const { publication, take } = open();
  const foreign = { ...put("x", 20_001n), key: "/skydns/io/dtk/x/1a2b3c4d" };
  take(foreign, put("long", 20_002n, "x".repeat(20_000)), put("y".repeat(700), 20_003n));
  expect(publication.items()).toEqual([]);
  expect(publication.log.after(20_000n, 1000)).toEqual([
    { revision: 20_002n, changes: [{ key: "/io/dtk/long/hfs4", value: undefined }] },
  ]);
});

test("a position is judged by cluster, by how far etcd has come, and by what is kept", () => {
  const { publication } = open();
  const at = (revision: number, cluster = "7", term = "3") => ({ cluster, revision: String(revision), term });
  expect(publication.historyStart).toBe(10_000n);
  expect(publication.reasonGone(at(20_000))).toBeUndefined();
  expect(publication.reasonGone(at(10_000))).toBeUndefined();
  expect(publication.reasonGone(at(9_999))).toBe("compacted");
  expect(publication.reasonGone(at(20_000, "8"))).toBe("other-cluster");
  expect(publication.reasonGone(at(20_001))).toBe("older");
  expect(publication.isAhead(at(20_000, "7", "4"))).toBe(true);
  publication.note({ clusterId: 7n, revision: 20_005n, raftTerm: 4n });
  expect(publication.reasonGone(at(20_001, "7", "4"))).toBeUndefined();
  publication.log.begin(15_000n);
  expect(publication.reasonGone(at(14_999))).toBe("compacted");
});
