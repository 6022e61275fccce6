/** The table as the kernel writes it. */
import { expect, test } from "vitest";
import { findMount, findOrigins } from "./mount.ts";

const table = String.raw`21 1 0:19 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:30 / /tmp rw,nosuid - tmpfs tmpfs rw,size=1m
31 21 8:1 /etc /etc rw,relatime - ext4 /dev/sda1 rw
32 31 8:1 /hosts /etc/hosts ro,relatime - ext4 /dev/sda1 rw
33 21 8:2 / /my\040disk rw,relatime - ext4 /dev/sdb1 ro,errors=continue
34 30 0:40 / /tmp ro - tmpfs tmpfs rw
35 31 8:2 /old\040hosts//deleted /etc/old rw - ext4 /dev/sdb1 rw
36 31 8:2 /new\040hosts /etc/new rw - ext4 /dev/sdb1 rw
37 31 8:2 /new\040hosts /etc/again rw - ext4 /dev/sdb1 rw
38 21 8:3 /data /data rw - ext4 /dev/sdc1 rw
39 31 8:3 /data/sub/hosts /etc/sub rw - ext4 /dev/sdc1 rw
40 31 8:3 /database/hosts /etc/base rw - ext4 /dev/sdc1 rw
`;

test.each([
  { path: "/etc/hosts", point: "/etc/hosts", readOnly: "mount" },
  { path: "/etc/hosts.old", point: "/etc", readOnly: undefined },
  { path: "/etcetera", point: "/", readOnly: undefined },
  { path: "/tmp/hosts", point: "/tmp", readOnly: "mount" },
  { path: "/my disk/hosts", point: "/my disk", readOnly: "file system" },
])("$path lies on $point (read-only: $readOnly)", ({ path, point, readOnly }) => {
  expect(findMount(table, path)).toEqual({ point, readOnly, isOrphaned: false });
});

test("a mount of what was removed or replaced is told", () => {
  expect(findMount(table, "/etc/old")).toEqual({ point: "/etc/old", readOnly: undefined, isOrphaned: true });
});

test.each([
  { path: "/etc/new", origins: ["/my disk/new hosts"] },
  { path: "/etc/again", origins: ["/my disk/new hosts"] },
  { path: "/etc/sub", origins: ["/data/sub/hosts"] },
  { path: "/etc/base", origins: [] },
  { path: "/etc/hosts", origins: [] },
  { path: "/etc/hosts.old", origins: [] },
  { path: "/my disk/new hosts", origins: [] },
])("$path comes from $origins", ({ path, origins }) => {
  expect(findOrigins(table, path)).toEqual(origins);
});

test("without a table nothing is known", () => {
  expect(findMount("", "/etc/hosts")).toBeUndefined();
  expect(findOrigins("", "/etc/hosts")).toEqual([]);
});
