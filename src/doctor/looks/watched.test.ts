/** The watched cluster is found by what tells clusters apart, also after its watcher has ended. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { clusterOf, statusOf, watchOf } from "../../../test/support/status.ts";
import { watchedClusters } from "../../contract/watched-cluster.ts";
import { lookAtWatched } from "./watched.ts";

const ended = clusterOf({ name: "old", feeds: ["watch"], watch: watchOf({ state: "not-running" }) });
const live = clusterOf({ name: "new", watch: watchOf() });
const other = clusterOf({ name: "other", watch: watchOf({ uid: "2" }) });
const left = clusterOf({ name: "left", feeds: [], watch: watchOf({ state: "not-running" }) });

const api = {
  server: "https://127.0.0.1:6443",
  send: async () => undefined,
  read: async () => ({ metadata: { uid: "1" } }) as never,
};
const look = async (clusters: readonly ReturnType<typeof clusterOf>[]) =>
  (
    await lookAtWatched(
      bareDesktop({ status: async () => statusOf({ clusters: [...clusters] }), kubernetes: async () => api }),
    )
  )?.name;

test("those that are watched, and those with something left of a watcher", () => {
  const names = watchedClusters(statusOf({ clusters: [clusterOf(), ended, live, left] })).map(({ name }) => name);
  expect(names).toEqual(["old", "new"]);
});

test("the one that the kubeconfig names", async () => {
  expect(await look([other, ended, live])).toBe("new");
  expect(await look([other, ended])).toBe("old");
  expect(await look([other])).toBeUndefined();
  const silent = clusterOf({ name: "silent", watch: watchOf({ state: "unreported", uid: null, server: null }) });
  expect(await look([silent])).toBe("silent");
  expect(await look([silent, other])).toBeUndefined();
});

test("where nothing is watched, the cluster is not asked", async () => {
  expect(await lookAtWatched(bareDesktop({ status: async () => statusOf() }))).toBeUndefined();
});
