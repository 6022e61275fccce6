/** The table as the kernel writes it. */
import { expect, test } from "vitest";
import { findMount } from "./mount.ts";

const table = String.raw`21 1 0:19 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 21 0:30 / /tmp rw,nosuid - tmpfs tmpfs rw,size=1m
31 21 8:1 /etc /etc rw,relatime - ext4 /dev/sda1 rw
32 31 8:1 /hosts /etc/hosts ro,relatime - ext4 /dev/sda1 rw
33 21 8:2 / /my\040disk rw,relatime - ext4 /dev/sdb1 ro,errors=continue
34 30 0:40 / /tmp ro - tmpfs tmpfs rw
`;

test.each([
  { path: "/etc/hosts", point: "/etc/hosts", readOnly: "mount" },
  { path: "/etc/hosts.old", point: "/etc", readOnly: undefined },
  { path: "/etcetera", point: "/", readOnly: undefined },
  { path: "/tmp/hosts", point: "/tmp", readOnly: "mount" },
  { path: "/my disk/hosts", point: "/my disk", readOnly: "file system" },
])("$path lies on $point (read-only: $readOnly)", ({ path, point, readOnly }) => {
  expect(findMount(table, path)).toEqual({ point, readOnly });
});

test("without a table nothing is known", () => expect(findMount("", "/etc/hosts")).toBeUndefined());
