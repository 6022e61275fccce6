/** Which login programs kubectl's preferences allow. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { refusalOfKuberc } from "./kuberc.ts";

const head = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n";

/** A home with preferences, and `login` and `other` on PATH. */
function open(text: string | undefined) {
  const folder = temporaryFolder();
  const programs = join(folder.path, "bin");
  mkdirSync(join(folder.path, ".kube"));
  mkdirSync(programs);
  for (const name of ["login", "other"]) {
    writeFileSync(join(programs, name), "#!/bin/sh\n");
    chmodSync(join(programs, name), 0o755);
  }
  symlinkSync("login", join(programs, "alias"));
  if (text !== undefined) writeFileSync(join(folder.path, ".kube", "kuberc"), text);
  const ask = (command: string, environment = {}): string | undefined =>
    refusalOfKuberc({ command, environment: { PATH: programs, ...environment }, home: folder.path });
  return { folder: folder.path, programs, ask, [Symbol.dispose]: () => folder[Symbol.dispose]() };
}

test.each<[string, string | undefined]>([
  ["no preferences", undefined],
  ["none about programs", `${head}aliases: []\n`],
  ["an empty policy", `${head}credentialPluginPolicy: ""\n`],
  ["AllowAll", `${head}credentialPluginPolicy: AllowAll\n`],
  [
    "a list that names it",
    `${head}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: other}, {name: login}]\n`,
  ],
])("%s: it runs", (_what, text) => {
  using scene = open(text);
  expect(scene.ask("login")).toBeUndefined();
});

test.each<[string, string, string]>([
  ["DenyAll", `${head}credentialPluginPolicy: DenyAll\n`, "allows none"],
  [
    "a list without it",
    `${head}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: other}]\n`,
    "does not list it",
  ],
  ["no list", `${head}credentialPluginPolicy: Allowlist\n`, "does not list it"],
  [
    "an empty entry",
    `${head}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: ""}]\n`,
    "does not list it",
  ],
  ["a policy of a later time", `${head}credentialPluginPolicy: Sometimes\n`, "cannot be read"],
  [
    "an entry of a later time",
    `${head}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{digest: x}]\n`,
    "cannot be read",
  ],
  ["broken preferences", "{{", "cannot be read"],
])("%s: it does not run", (_what, text, reason) => {
  using scene = open(text);
  expect(scene.ask("login")).toBe(`${join(scene.folder, ".kube", "kuberc")} ${reason}`);
});

test("names and paths mean the program that would run, and a link is another program", () => {
  using scene = open(`${head}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: [{name: login}]\n`);
  expect(scene.ask(join(scene.programs, "login"))).toBeUndefined();
  expect(scene.ask("alias")).toBeDefined();
  expect(scene.ask("nowhere")).toBeDefined();
});

test("$KUBERC names other preferences, or turns them off", () => {
  using scene = open(`${head}credentialPluginPolicy: DenyAll\n`);
  const path = join(scene.folder, "preferences");
  writeFileSync(path, head);
  expect(scene.ask("login", { KUBERC: path })).toBeUndefined();
  expect(scene.ask("login", { KUBERC: "off" })).toBeUndefined();
  expect(scene.ask("login")).toBeDefined();
});
