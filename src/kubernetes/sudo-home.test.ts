/** Only root by sudo, without a kubeconfig of its own, takes the user's, and only one that runs no program. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { kubeconfigBehindSudo } from "./sudo-home.ts";

const kubeconfig = (user: object): string =>
  JSON.stringify({
    "current-context": "a",
    clusters: [{ name: "c", cluster: { server: "https://192.0.2.1:6443" } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "a", context: { cluster: "c", user: "u" } }],
  });

interface Case {
  readonly case: string;
  readonly name?: string;
  readonly user?: number;
  readonly given?: string;
  readonly login?: object;
  readonly hasOwn?: boolean;
  readonly isFound: boolean;
}

test.each<Case>([
  { case: "a user with a plain one", isFound: true },
  { case: "another user", name: "ad", isFound: false },
  { case: "no root", user: 1000, isFound: false },
  { case: "one that is named", given: "/some/kubeconfig", isFound: false },
  { case: "one of root's own", hasOwn: true, isFound: false },
  { case: "one that runs a program", login: { exec: { command: "aws" } }, isFound: false },
])("$case", ({ name = "ada", user = 0, given, login = { token: "t" }, hasOwn = false, isFound }) => {
  using folder = temporaryFolder();
  const [file, own] = [join(folder.path, "passwd"), join(folder.path, "own")];
  writeFileSync(file, `root:x:0:0:root:/root:/bin/bash\nada:x:1000:1000:Ada,,,:${folder.path}:/bin/bash\n`);
  if (hasOwn) writeFileSync(own, "");
  const path = join(folder.path, ".kube", "config");
  mkdirSync(join(folder.path, ".kube"));
  writeFileSync(path, kubeconfig(login));
  const found = kubeconfigBehindSudo({ SUDO_USER: name, KUBECONFIG: given }, { user, file, own });
  expect(found).toBe(isFound ? path : undefined);
});

test("the context that is meant counts, not the current one", () => {
  using folder = temporaryFolder();
  const [file, own] = [join(folder.path, "passwd"), join(folder.path, "own")];
  writeFileSync(file, `ada:x:1000:1000:Ada,,,:${folder.path}:/bin/bash\n`);
  const path = join(folder.path, ".kube", "config");
  mkdirSync(join(folder.path, ".kube"));
  const { users, contexts, ...others } = JSON.parse(kubeconfig({ token: "t" }));
  users.push({ name: "e", user: { exec: { command: "aws" } } });
  contexts.push({ name: "b", context: { cluster: "c", user: "e" } });
  writeFileSync(path, JSON.stringify({ users, contexts, ...others }));
  const find = (context: string) => kubeconfigBehindSudo({ SUDO_USER: "ada" }, { user: 0, file, own, context });
  expect([find("a"), find("b")]).toEqual([path, undefined]);
});

test("nobody typed sudo, or there is no list of users", () => {
  expect(kubeconfigBehindSudo({}, { user: 0 })).toBeUndefined();
  const options = { user: 0, file: "/nowhere/passwd", own: "/nowhere/own" };
  expect(kubeconfigBehindSudo({ SUDO_USER: "ada" }, options)).toBeUndefined();
});
