/** What keeps the watcher from an API server is said with the context that it used. */
import { expect, test } from "vitest";
import { clusterOf, watchOf } from "../../../test/support/status.ts";
import { judgeContexts } from "./watcher-contexts.ts";

const now = Date.parse("2026-01-01T00:02:00Z");
const cluster = (given: Parameters<typeof watchOf>[0]) => ({ ...clusterOf({ name: "a" }), watch: watchOf(given) });

test("no watcher, one that is live, one that is about to be", () => {
  expect(judgeContexts([], [], now)).toMatchObject([{ grade: "ok" }]);
  expect(judgeContexts([cluster({}), cluster({ state: "listing", context: null })], [], now)).toEqual([
    { grade: "ok", message: "The watcher of ann follows a, context kind-a live." },
    { grade: "ok", message: "The watcher of ann is about to follow a." },
  ]);
});

test("an API server that is away, and one that lets nobody in", () => {
  const [away] = judgeContexts([cluster({ state: "unreachable", reason: "It is gone." })], [], now);
  expect(away).toMatchObject({
    grade: "warning",
    code: "watch-unreachable",
    message:
      "The API server of a, context kind-a at https://127.0.0.1:6443 has not answered the watcher for 2 minutes; names stay as they were. It is gone.",
    command: "kubectl --context kind-a get namespaces",
  });
  expect(judgeContexts([cluster({ state: "login-needed" })], [], now)).toMatchObject([
    { code: "watch-login-needed", hint: "Log in as ann; this asks for what is needed:" },
  ]);
});

test("a context of which nothing can be made, while its watcher runs", () => {
  const context = { name: "half", watched: false, reason: "incomplete", message: "x", flag: null };
  const other = { ...context, name: "far", reason: "not-local" };
  const watcher = (running: boolean) => ({
    user: "ann",
    pid: 1,
    version: "1",
    since: "",
    lastHeard: "",
    running,
    contexts: [context, other],
  });
  expect(judgeContexts([], [watcher(true), watcher(true)], now)).toMatchObject([
    { grade: "note", code: "context-incomplete", command: "kubectl config delete-context half" },
  ]);
  expect(judgeContexts([], [watcher(false)], now)).toMatchObject([{ grade: "ok" }]);
});
