/** What `status` says of a team server's etcd: each endpoint, and only what there is to say. */
import { describe, expect, test } from "vitest";
import { teamServerOf } from "../../../test/support/status.ts";
import { teamServerRows } from "./team-server-rows.ts";

function rows(given: Parameters<typeof teamServerOf>[0] = {}) {
  return teamServerRows(teamServerOf(given));
}

function labels(given: Parameters<typeof teamServerOf>[0] = {}): readonly string[] {
  return rows(given).map(([label]) => label);
}

test("of one that is well are its endpoint, the quorum, how far it is, and what was written and published", () => {
  expect(labels()).toEqual(["endpoints", "quorum", "revision", "written", "published"]);
});

test("each endpoint has a row, all under one label", () => {
  const [endpoint] = teamServerOf().endpoints;
  if (endpoint === undefined) throw new Error("the test's own value is wrong");
  const endpoints = ["e1:2379", "e2:2379", "e3:2379"].map((place) => ({ ...endpoint, place }));
  const shown = rows({ endpoints });
  expect(shown.slice(0, 3).map(([label]) => label)).toEqual(["endpoints", "", ""]);
  expect(shown.slice(0, 3).map(([, text]) => text.split(": ")[0])).toEqual(["e1:2379", "e2:2379", "e3:2379"]);
});

describe("is said only where it is so:", () => {
  test("why etcd is not followed, before everything else", () => {
    expect(rows({ live: false, reason: "etcd has no leader." })[0]).toEqual(["reason", "etcd has no leader."]);
    expect(labels()).not.toContain("reason");
  });

  test("a revision, once one was read", () => {
    expect(rows({ revision: "42" })).toContainEqual(["revision", "42"]);
    expect(labels({ revision: null })).not.toContain("revision");
  });

  test("that it is behind", () => {
    expect(rows({ lagSeconds: 3 })).toContainEqual(["behind", "3 seconds"]);
    expect(labels({ lagSeconds: 0 })).not.toContain("behind");
  });
});

test.each([true, false, null])("a quorum of %s has words of its own", (quorum) => {
  const words = (value: boolean | null): string | undefined =>
    rows({ quorum: value }).find(([label]) => label === "quorum")?.[1];
  const others = [true, false, null].filter((each) => each !== quorum).map(words);
  expect(words(quorum)).toBeTruthy();
  expect(others).not.toContain(words(quorum));
});
