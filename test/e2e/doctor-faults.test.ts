/** Each fault of the hosts file and the resolver is made for real; doctor names it first, and the command that it prints repairs it. */
import { describe, expect, test } from "vitest";
import {
  type BreakableDesktop,
  type ReportedFinding,
  commandOf,
  goodFlags,
  openBreakableDesktop,
  shownName,
  wrongOf,
} from "../cluster/breakable-desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { fillDisk } from "../cluster/full-disk.ts";
import { clusterIP } from "../cluster/server.ts";
import { scriptedFaults, stagedFaults } from "../support/hosts-faults.ts";

/** A server that could not write tries again after a minute at the latest. */
const healing = { intervalMs: 500 };

async function expectFirst(desktop: BreakableDesktop, code: string): Promise<ReportedFinding | undefined> {
  return eventually(async () => {
    const [found] = wrongOf(await desktop.doctor());
    expect(found).toMatchObject({ code });
    return found;
  });
}

async function expectWell(desktop: BreakableDesktop): Promise<void> {
  await eventually(async () => expect(wrongOf(await desktop.doctor())).toEqual([]), healing);
  expect(await desktop.shell(`getent hosts ${shownName}`)).toContain(clusterIP);
}

describe.concurrent("doctor names the fault first, and its command repairs it", () => {
  test.each(scriptedFaults)("$fault ($code)", async ({ code, break: script }) => {
    await using desktop = await openBreakableDesktop();
    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(async () => void (await desktop.shell("chattr -ia /etc /etc/hosts || true")));
    await desktop.shell(script);
    const command = commandOf(await expectFirst(desktop, code));
    expect(command).not.toBe("");
    // adopt asks before it takes a line over, and nobody can be asked here.
    await desktop.shell(command.replace(/adopt$/, "adopt --yes"));
    await expectWell(desktop);
  });

  /** How a fault is made; how the command that is printed is used. */
  interface Play {
    readonly code: (typeof stagedFaults)[number]["code"];
    readonly mounts?: string;
    readonly make: (desktop: BreakableDesktop) => Promise<unknown>;
    readonly repair: (desktop: BreakableDesktop, command: string) => Promise<unknown>;
  }

  /** What a person does with the list of large files that the command prints. */
  const removeLargest = async (desktop: BreakableDesktop, command: string): Promise<void> => {
    const largest = (await desktop.shell(command))
      .trim()
      .split("\n")
      .findLast((line) => line.includes("filler"));
    await desktop.shell(`rm ${largest?.split("\t")[1]}`);
  };

  const startAfresh = async (desktop: BreakableDesktop, ...flags: readonly string[]): Promise<void> => {
    await desktop.stop();
    await desktop.shell("hostsfile-server clear --state-dir=$D/state && rm -rf $D/state/*");
    await desktop.serve(...flags);
    await desktop.show();
  };

  const plays: readonly Play[] = [
    {
      code: "hosts-file-disk-full",
      mounts: 'mount -t tmpfs -o size=256k tmpfs "$D/etc"',
      make: async ({ shell }) => fillDisk(shell, "/etc/filler"),
      repair: removeLargest,
    },
    {
      code: "state-disk-full",
      mounts: 'mount -t tmpfs -o size=2m,mode=700 tmpfs "$D/state"',
      make: async ({ shell }) => fillDisk(shell, "$D/state/filler"),
      repair: removeLargest,
    },
    {
      code: "no-cluster-ip",
      make: async (desktop) => startAfresh(desktop, "--domains=dtk.io"),
      repair: async ({ shell }, command) => shell(command.replace("ADDRESS", clusterIP)),
    },
    {
      code: "no-managed-domain",
      make: async (desktop) => startAfresh(desktop, `--cluster-ip=${clusterIP}`),
      repair: async ({ shell, show }, command) => {
        await shell(command);
        await show();
      },
    },
    {
      code: "state-damaged",
      make: async ({ stop, shell, serve }) => {
        await stop();
        await shell("rm -f $D/state/records.sqlite-*; echo damaged >$D/state/records.sqlite");
        await serve(...goodFlags);
      },
      repair: async ({ shell, show }, command) => {
        await shell(`${command} --state-dir=$D/state`);
        // The running server finds out without a restart, and ExternalDNS, which is played here, sends everything again.
        await eventually(show, healing);
      },
    },
  ];

  test.each(plays)("$code, staged", async ({ code, mounts, make, repair }) => {
    await using desktop = await openBreakableDesktop(mounts);
    await make(desktop);
    const command = commandOf(await expectFirst(desktop, code));
    expect(command).not.toBe("");
    await repair(desktop, command);
    await expectWell(desktop);
  });

  test("every staged fault is played", () => {
    expect(plays.map(({ code }) => code)).toEqual(stagedFaults.map(({ code }) => code));
  });
});
