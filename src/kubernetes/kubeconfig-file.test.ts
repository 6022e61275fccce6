/** Several kubeconfigs count as one, and a file that is not a kubeconfig is told apart from a missing one. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { mergeKubeconfigs, parseKubeconfig, readKubeconfigFile } from "./kubeconfig-file.ts";

const one = `
current-context: a
clusters: [{name: c, cluster: {server: "https://one"}}]
contexts: [{name: a, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: t}}]
`;
const two = `
current-context: b
clusters: [{name: c, cluster: {server: "https://two"}}, {name: d, cluster: {server: "https://d"}}]
contexts: [{name: b, context: {cluster: d, user: u, namespace: team}}]
users: null
`;

test("the first file that names an entry has it, and paths start at its folder", () => {
  const merged = mergeKubeconfigs([parseKubeconfig(one, "/one"), parseKubeconfig(two, "/two")]);
  expect(merged.currentContext).toBe("a");
  expect(merged.clusters.get("c")).toEqual({ value: { server: "https://one" }, folder: "/one" });
  expect(merged.clusters.get("d")?.folder).toBe("/two");
  expect([...merged.contexts.keys()].toSorted()).toEqual(["a", "b"]);
  expect(merged.contexts.get("b")?.value.namespace).toBe("team");
});

test("a file that is missing, one that is none, and one without anything", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "config");
  expect(readKubeconfigFile(path)).toEqual({ kind: "missing" });
  expect(readKubeconfigFile(join(path, "below"))).toEqual({ kind: "missing" });
  for (const text of ["{{", "- a list", "", "contexts: [{name: a}]", "clusters: 7"]) {
    writeFileSync(path, text);
    expect(readKubeconfigFile(path), text).toMatchObject({ kind: "unreadable" });
  }
  writeFileSync(path, "kind: Config\ncontexts: null\n");
  expect(readKubeconfigFile(path)).toMatchObject({ kind: "read", config: { currentContext: undefined } });
});

test("a file that says the same is not parsed again", () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "config");
  writeFileSync(path, "contexts: []");
  const before = readKubeconfigFile(path);
  expect(readKubeconfigFile(path, before)).toBe(before);
  writeFileSync(path, "current-context: a");
  expect(readKubeconfigFile(path, before)).toMatchObject({ config: { currentContext: "a" } });
});
