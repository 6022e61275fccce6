/** Which user may name a login program, and as which user it runs. */
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { loginProgramOf, permitLogin } from "./login-program.ts";

const program = "aws eks get-token";
const place = { isHearsay: false };
/** Root's own on every machine, up to the top folder. */
const rootsOwn = "/etc/passwd";
const sudo = { SUDO_UID: "1000", SUDO_USER: "ada" };

function permit(question: Partial<Parameters<typeof permitLogin>[0]>) {
  using folder = temporaryFolder();
  const passwd = join(folder.path, "passwd");
  writeFileSync(passwd, "root:x:0:0:root:/root:/bin/bash\nada:x:1000:1001:Ada,,,:/home/ada:/bin/bash\n");
  return permitLogin({ program, place, files: [rootsOwn], environment: {}, passwd, ...question });
}

const refused = expect.objectContaining({
  code: "login-program-refused",
  exitCode: 3,
  message: expect.stringContaining(program),
});

test.each([{ user: 1000 }, { user: 0 }, { user: 0, environment: sudo }])(
  "what a configuration alone names is not run, for nobody",
  (caller) => {
    expect(() => permit({ place: { isHearsay: true }, files: ["/cloned/kubeconfig"], ...caller })).toThrow(refused);
    expect(() => permit({ place: { isHearsay: true }, files: ["/cloned/kubeconfig"], ...caller })).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("--kubeconfig /cloned/kubeconfig") }),
    );
  },
);

test("a user's own word is enough", () => {
  expect(permit({ user: 1000, files: ["/home/ada/.kube/config"] })).toEqual({ before: [] });
});

test("behind sudo it runs as the user who typed that, no matter who owns the file", () => {
  for (const files of [["/home/ada/.kube/config"], [rootsOwn]]) {
    const { before } = permit({ user: 0, environment: sudo, files });
    expect(before.join(" ")).toBe(
      "setpriv --reuid=1000 --regid=1001 --init-groups --inh-caps=-all -- env HOME=/home/ada USER=ada LOGNAME=ada",
    );
  }
});

describe("root itself", () => {
  test("runs what root's own file names", () => {
    expect(permit({ user: 0 })).toEqual({ before: [] });
  });

  test("runs nothing of a file that somebody else may write, or may put in its place", () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "kubeconfig");
    writeFileSync(path, "");
    chmodSync(path, 0o666);
    expect(() => permit({ user: 0, files: [path] })).toThrow(refused);
    chmodSync(path, 0o600);
    chmodSync(folder.path, 0o777);
    expect(() => permit({ user: 0, files: [path] })).toThrow(refused);
    expect(() => permit({ user: 0, files: [rootsOwn, "/nowhere/kubeconfig"] })).toThrow(refused);
  });

  test("is not helped by a user that nobody knows", () => {
    expect(() => permit({ user: 0, environment: { SUDO_UID: "4711" }, files: ["/nowhere/kubeconfig"] })).toThrow(
      refused,
    );
  });
});

test.each([
  [null, undefined],
  [{}, undefined],
  [{ authProvider: { config: { tokenFile: "/x" } } }, undefined],
  [{ exec: { command: "aws", args: ["eks", "get-token"] } }, program],
  [{ exec: { command: "login" } }, "login"],
  [{ authProvider: { config: { "cmd-path": "/bin/gcloud" } } }, "/bin/gcloud"],
  [{ authProvider: { config: { exec: { command: "x" } } } }, '{"command":"x"}'],
])("the program of %j is %s", (user, expected) => {
  expect(loginProgramOf(user)).toBe(expected);
});
