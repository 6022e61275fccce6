/** What the service writes, seen by the kernel: whatever callers send, the hosts file and the service's own state. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { run } from "../cluster/program.ts";
import { bootService, servicePort } from "../cluster/service.ts";

const hasStrace = existsSync("/usr/bin/strace");
const storm = join(import.meta.dirname, "..", "support", "odd-requests.ts");

/** Every system call that makes, changes or removes something by its path. */
const calls = [
  ["open", "openat", "openat2", "creat", "truncate", "mknod", "mknodat", "mkdir", "mkdirat"],
  ["rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "unlink", "unlinkat", "rmdir"],
  ["chmod", "fchmodat", "fchmodat2", "chown", "lchown", "fchownat", "utimensat", "setxattr", "lsetxattr"],
].flat();

const allowed =
  /^\/(?:etc\/hosts|etc\/\.hosts\.[^/]+|var\/lib\/hostsfile-server(?:\/(?:hosts-file\/)?[^/]+)?|dev\/null)$/;

test.skipIf(!hasStrace)("nothing a caller sends makes it write anything else (needs strace)", async () => {
  await using machine = await bootService(["HOSTSFILE_SERVER_CLUSTER_IP=192.168.122.167"]);
  const pid = (await machine.shell("systemctl show -P MainPID hostsfile-server.service")).trim();
  const filter = calls.map((call) => `?${call}`).join(",");
  const tracer = machine.shell(`exec strace -f -qq -s 4096 -e trace=${filter} -o /root/trace -p ${pid} 2>&1`);
  await eventually(async () =>
    assert.match(await machine.shell(`grep TracerPid /proc/${pid}/status`), /TracerPid:\s+[1-9]/),
  );
  const report = await run([...machine.enterNetwork(), process.execPath, storm, String(servicePort)]);
  const { sent, answered } = JSON.parse(report) as { readonly sent: number; readonly answered: number };
  expect(answered).toBe(sent);
  await machine.shell("systemctl stop hostsfile-server.socket hostsfile-server.service");
  await tracer;
  const written = writtenPaths(await machine.shell("cat /root/trace"));
  expect(written.filter((path) => !allowed.test(path))).toEqual([]);
  // Else nothing was seen at all.
  expect(written).toContain("/etc/hosts");
});

/** The paths in calls that write; an open for reading is none. */
function writtenPaths(trace: string): string[] {
  const isWriting = (line: string): boolean =>
    !/\bopen(?:at2?)?\(/.test(line) || /O_(?:WRONLY|RDWR|CREAT|TRUNC)/.test(line);
  const paths = trace
    .split("\n")
    .filter((line) => isWriting(line))
    .flatMap((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, path]) => path ?? ""));
  return [...new Set(paths)];
}
