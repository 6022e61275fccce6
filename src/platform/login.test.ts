/** Who typed sudo, and what the shell had: with a real process named sudo above this one. */
import { execFileSync } from "node:child_process";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { actAs, asUser, loginBehindSudo, withParent } from "./login.ts";

const dev = { name: "dev", user: 4242, group: 100, home: "/home/dev" };

test.each([
  [{ SUDO_UID: "4242" }, dev],
  [{ SUDO_UID: "0" }, undefined],
  [{ SUDO_UID: "7" }, undefined],
  [{ SUDO_UID: "x" }, undefined],
  [{}, undefined],
])("%j is %j", (environment, expected) => {
  using folder = temporaryFolder();
  const file = join(folder.path, "passwd");
  writeFileSync(file, "root:x:0:0::/root:/bin/sh\ndev:x:4242:100:Dev,,,:/home/dev:/bin/sh\n");
  expect(loginBehindSudo(environment, file)).toEqual(expected);
});

test("the variables are those of the shell, whose kubeconfigs get absolute paths, without settings of the server", () => {
  using folder = temporaryFolder();
  const sudo = join(folder.path, "sudo");
  copyFileSync("/bin/sh", sudo);
  const script = `import { shellVariables } from ${JSON.stringify(join(import.meta.dirname, "login.ts"))};
    process.stdout.write(JSON.stringify(shellVariables()));`;
  const file = join(folder.path, "print.mts");
  writeFileSync(file, script);
  const command = `env -i KUBECONFIG=/root/lost ${process.execPath} ${file}; true`;
  const shell = {
    PATH: "/home/dev/bin:/usr/bin:/bin",
    KUBECONFIG: "a::/b",
    SSH_AUTH_SOCK: "/s",
    HOSTSFILE_SERVER_PORT: "1",
  };
  const output = execFileSync(sudo, ["-c", command], { env: shell, cwd: folder.path, encoding: "utf8" });
  expect(JSON.parse(output)).toMatchObject({
    PATH: shell.PATH,
    KUBECONFIG: `${join(folder.path, "a")}:/b`,
    SSH_AUTH_SOCK: "/s",
  });
  expect(output).not.toMatch(/HOSTSFILE_SERVER|lost/);
});

test("the words for setpriv change every number, and end the command with its parent", () => {
  expect(asUser(dev).join(" ")).toBe(
    "setpriv --reuid=4242 --regid=100 --init-groups --inh-caps=-all -- env HOME=/home/dev USER=dev LOGNAME=dev",
  );
  expect(withParent([]).join(" ")).toBe("setpriv --pdeathsig=TERM --");
  expect(withParent(["setpriv", "--x", "--"]).join(" ")).toBe("setpriv --pdeathsig=TERM --x --");
});

test.skipIf(process.geteuid?.() !== 0)(
  "what is done as a user is done with the user's rights, and then with root's again",
  async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "closed");
    await expect(actAs(dev, async () => Promise.resolve(writeFileSync(path, "x")))).rejects.toThrow("EACCES");
    expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0]);
    writeFileSync(path, "x");
  },
);
