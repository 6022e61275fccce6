/** The unit of a user's watcher as systemd reads it. */
import { expect, test } from "vitest";
import { systemdOfUsers, watcherUnit } from "./user-units.ts";

test("words and variables are quoted so that systemd takes them as they are", () => {
  const unit = watcherUnit({
    command: ["/usr/local/lib/a b/node", "/x/hostsfile-server.js", "watch"],
    environment: { KUBECONFIG: '/home/a "b"/100%:/c\\d', PATH: "/bin:$HOME" },
  });
  expect(unit).toContain('\nExecStart="/usr/local/lib/a b/node" /x/hostsfile-server.js watch\n');
  expect(unit).toContain('\nEnvironment="KUBECONFIG=/home/a \\"b\\"/100%%:/c\\\\d"\n');
  expect(unit).toContain('\nEnvironment="PATH=/bin:$HOME"\n');
  expect(unit).toContain("\nWantedBy=default.target\n");
});

test("it starts with the user's session", () => {
  const login = { name: "dev", user: 4242, group: 4242, home: "/home/dev" };
  const [unit, link] = systemdOfUsers.filesOf(login, { command: ["/x"], environment: {} });
  expect(unit?.path).toBe("/home/dev/.config/systemd/user/hostsfile-server-watch.service");
  expect(link).toEqual({
    path: "/home/dev/.config/systemd/user/default.target.wants/hostsfile-server-watch.service",
    target: unit?.path,
  });
});
