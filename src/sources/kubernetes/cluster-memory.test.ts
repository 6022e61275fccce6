/** What is remembered outlasts the process, and several watchers of one user keep each other's. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { parseClusterName } from "../../records/cluster.ts";
import { type FedCluster, openMemory } from "./cluster-memory.ts";

function fed(text: string): FedCluster {
  const name = parseClusterName(text);
  if (name === undefined) throw new Error(text);
  return { name, context: text };
}
const namesIn = (path: string, kubeconfig = "k") =>
  openMemory(path, kubeconfig)
    .clusters()
    .map(({ name }) => name);

test("clusters are remembered until they are dropped, apart for each set of kubeconfigs", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "folder", "watch.json");
  const memory = openMemory(path, "k");
  memory.remember([fed("a"), fed("b")]);
  openMemory(path, "other").remember([fed("a")]);
  memory.drop(fed("a").name);
  expect(memory.clusters()).toEqual([fed("b")]);
  expect([namesIn(path), namesIn(path, "other")]).toEqual([["b"], ["a"]]);
});

test("two watchers with the same kubeconfig lose nothing of each other's", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "watch.json");
  const [one, other] = [openMemory(path, "k"), openMemory(path, "k")];
  one.remember([fed("a")]);
  other.remember([fed("b")]);
  expect(namesIn(path).toSorted()).toEqual(["a", "b"]);
  one.drop(fed("a").name);
  expect(namesIn(path)).toEqual(["b"]);
});

test("a damaged file counts as empty", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "watch.json");
  writeFileSync(path, "{");
  const memory = openMemory(path, "k");
  expect(memory.clusters()).toEqual([]);
  memory.remember([fed("a")]);
  expect(namesIn(path)).toEqual(["a"]);
});
