/** doctor on a desktop where all is well, as a user runs it; what --fix does, and that it asks; where a trace stops. */
import { expect, test } from "vitest";
import {
  type BreakableDesktop,
  commandOf,
  openBreakableDesktop,
  shownName,
  wrongOf,
} from "../cluster/breakable-desktop.ts";
import { eventually } from "../cluster/eventually.ts";

const everyFile = "find /etc $D/state -type f -exec sha256sum {} + | sort";

test("a healthy desktop: nothing is wrong, and nothing is changed", async () => {
  await using desktop = await openBreakableDesktop();
  // At rest the server moves the log of its database into the database.
  await eventually(async () => expect(await desktop.shell("find $D/state -name '*-wal' -size +0")).toBe(""));
  const before = await desktop.shell(everyFile);
  const report = await desktop.doctor();
  expect(wrongOf(report)).toEqual([]);
  expect(report).toMatchObject({ ok: true, exitCode: 0 });
  expect(report.checks.filter(({ grade }) => grade === "ok").length).toBeGreaterThan(15);
  expect(await desktop.shell(everyFile)).toBe(before);
  expect(await desktop.shell("hostsfile-server doctor --quiet --state-dir=$D/state")).not.toMatch(
    /^(?:ok|PROBLEM|warning)/m,
  );
});

test("--fix asks, does what is safe, and looks again", async () => {
  await using desktop = await openBreakableDesktop();
  await using cleanup = new AsyncDisposableStack();
  cleanup.defer(async () => void (await desktop.shell("chattr -i /etc/hosts || true")));
  await desktop.shell("chmod 0600 /etc/hosts; chattr +i /etc/hosts; echo 'hosts: dns' >/etc/nsswitch.conf");
  const asked = await desktop.shell(
    "hostsfile-server doctor --fix --state-dir=$D/state 2>&1 </dev/null || echo exit $?",
  );
  expect(asked).toContain("Nobody can be asked here; to do it, add --yes.");
  expect(asked).toContain("exit 2");
  expect((await desktop.doctor()).exitCode).toBe(1);
  const nobody = "HOME=/nonexistent setpriv --reuid=65534 --regid=65534 --clear-groups";
  const refused = await desktop.shell(
    `chmod 755 $D; ${nobody} hostsfile-server doctor --fix --yes --state-dir=$D/state 2>&1 || echo exit $?`,
  );
  expect(refused).toMatch(/Run: sudo \S*hostsfile-server doctor --fix --yes/);
  expect(refused).toContain("exit 3");

  const repaired = await desktop.shell("hostsfile-server doctor --fix --yes --state-dir=$D/state 2>&1");
  expect(repaired).toMatch(/sudo chattr -i \/etc\/hosts: done\n/);
  expect(await desktop.doctor()).toMatchObject({ ok: true, exitCode: 0 });
  expect(await desktop.shell("cat /etc/nsswitch.conf.before-doctor")).toBe("hosts: dns\n");
});

/** The step at which a name stops, and what is said there. */
async function stopOf(desktop: BreakableDesktop, name: string): Promise<readonly (string | null | undefined)[]> {
  const stopped = (await desktop.doctor(name)).checks.find(({ grade }) => grade === "problem");
  return [stopped?.id, stopped?.findings[0]?.code];
}

test("a trace names the step at which a name stops", async () => {
  await using desktop = await openBreakableDesktop();
  const { shell } = desktop;
  expect(await desktop.doctor(shownName)).toMatchObject({ ok: true, exitCode: 0 });

  const outside = await desktop.doctor("foo.other.io");
  expect(await stopOf(desktop, "foo.other.io")).toEqual(["name-managed", "not-managed"]);
  await shell(commandOf(wrongOf(outside)[0]));
  expect(await stopOf(desktop, "foo.other.io")).toEqual(["name-sent", "name-not-sent"]);

  await shell("cp /etc/nsswitch.conf $D/kept; echo 'hosts: dns' >/etc/nsswitch.conf");
  expect(await stopOf(desktop, shownName)).toEqual(["nsswitch", "nsswitch-no-files"]);
  await shell("cp $D/kept /etc/nsswitch.conf");

  await desktop.closePage();
  expect(await stopOf(desktop, shownName)).toEqual(["name-reached", "cluster-ip-closed"]);

  await shell(`sed -i '1i 10.9.9.9 ${shownName}' /etc/hosts`);
  await eventually(async () => expect(await stopOf(desktop, shownName)).toEqual(["name-shown", "name-is-yours"]));

  await desktop.stop();
  expect(await stopOf(desktop, shownName)).toEqual(["server-answers", "no-server"]);
});
