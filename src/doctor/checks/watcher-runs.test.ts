/** A watcher that is silent is named once for all its clusters, with what starts it. */
import { expect, test } from "vitest";
import { clusterOf, watchOf } from "../../../test/support/status.ts";
import { linux } from "../../platform/linux.ts";
import { judgeRunning } from "./watcher-runs.ts";

const now = Date.parse("2026-01-01T00:03:10Z");
const cluster = (name: string, state: string, user: string | null = "ann") => ({
  ...clusterOf({ name, feeds: ["watch"] }),
  watch: watchOf({ state, user }),
});
const judge = (clusters: readonly ReturnType<typeof cluster>[], ...installed: readonly string[]) =>
  judgeRunning(clusters, { installed: new Set(installed), platform: linux, now });

test("nothing is watched, and all is followed", () => {
  expect(judge([])).toEqual([{ grade: "ok", message: "No cluster is watched." }]);
  expect(judge([cluster("a", "live"), cluster("b", "unreachable", null)])).toEqual([
    { grade: "ok", message: "The watcher of ann follows a." },
    { grade: "ok", message: "A watcher follows b." },
  ]);
});

test("a silent one is started as it was", () => {
  const silent = [cluster("a", "not-running"), cluster("b", "not-running"), cluster("c", "not-running", "bob")];
  expect(judge(silent, "bob")).toMatchObject([
    {
      grade: "problem",
      code: "watch-not-running",
      message:
        "The watcher of ann followed a, b, last 3 minutes ago, and does not run any more: names stay as they were, and no new one comes.",
      hint: "Start it again as ann, without sudo:",
      command: "hostsfile-server watch",
    },
    {
      hint: "Start it again as bob, without sudo:",
      command: "systemctl --user start hostsfile-server-watch.service",
    },
  ]);
  expect(judge([cluster("a", "not-running", null)], "ann")).toMatchObject([
    { hint: "Start it again, without sudo:", command: "hostsfile-server watch" },
  ]);
});
