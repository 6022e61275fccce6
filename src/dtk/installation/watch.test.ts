/** The watcher of a cluster is found by what the server says, under whatever name it feeds it. */
import { expect, test } from "vitest";
import { findWatch, watchSentence } from "./watch.ts";

const cluster = { uid: "u1", server: "https://127.0.0.1:6443" };

function watchedAs(name: string, watch: Partial<{ state: string; user: string; server: string; uid: string }>) {
  return { name, watch: { state: "live", user: "ann", server: null, uid: null, ...watch } };
}

test("one with the same UID is it, whatever its address", () => {
  const clusters = [{ name: "default" }, watchedAs("kind-a", { uid: "u1", server: "https://10.0.0.1" })];
  expect(findWatch(clusters, cluster)).toEqual({ cluster: "kind-a", user: "ann" });
});

test("another UID at the same address is another cluster", () => {
  expect(findWatch([watchedAs("kind-a", { uid: "u2", server: cluster.server })], cluster)).toBeUndefined();
});

test.each([
  ["the watcher's", { server: "https://127.0.0.1:6443/" }, "u1"],
  ["dtk's", { server: "https://127.0.0.1:6443", uid: "u1" }, undefined],
])("where %s UID is not known, the address tells", (_, watch, uid) => {
  const clusters = [watchedAs("other", { server: "https://127.0.0.1:6444" }), watchedAs("kind-a", watch)];
  expect(findWatch(clusters, { ...cluster, uid })).toMatchObject({ cluster: "kind-a" });
});

test.each(["connecting", "listing", "live", "unreachable", "login-needed"])(
  "a watcher that is %s feeds it",
  (state) => {
    expect(findWatch([watchedAs("kind-a", { uid: "u1", state })], cluster)).toBeDefined();
  },
);

test("one that has ended does not, and neither does one of which nothing is known", () => {
  const ended = watchedAs("kind-a", { uid: "u1", state: "not-running" });
  expect(findWatch([ended, watchedAs("b", {}), { name: "default" }], cluster)).toBeUndefined();
});

test("the sentence names the user where it is known", () => {
  expect(watchSentence({ cluster: "kind-a", user: "ann" })).toBe("The watcher of ann feeds this cluster as kind-a.");
  expect(watchSentence({ cluster: "kind-a", user: null })).toBe("The watcher feeds this cluster as kind-a.");
});
