/** The hosts file cannot be written for a while: its old content stays, ExternalDNS stays up, and everything recovers automatically. */
import { describe, expect, test } from "vitest";
import { openPrivateDesktop, userLines } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre, openScene } from "../cluster/scene.ts";
import { clusterIP } from "../cluster/server.ts";

/** Shell commands run on the private desktop; `$D` is its folder. */
const outages = [
  {
    what: "its folder is mounted read-only",
    before: "",
    breaks: 'mount --bind "$D/etc" "$D/etc"; mount -o remount,ro,bind "$D/etc"',
    repairs: 'umount "$D/etc"',
  },
  {
    what: "it is immutable",
    before: "",
    breaks: 'chattr +i "$D/etc/hosts"',
    repairs: 'chattr -i "$D/etc/hosts"',
  },
  {
    what: "its disk is full",
    before: 'mount -t tmpfs -o size=64k tmpfs "$D/etc"',
    breaks: 'cat /dev/zero >"$D/etc/filler" || true',
    repairs: 'rm "$D/etc/filler"',
  },
];

describe.concurrent("the hosts file while", () => {
  test.each(outages)("$what", async ({ before, breaks, repairs }) => {
    await using desktop = await openPrivateDesktop(before);
    await using scene = await openScene({ desktop });
    const { namespace, server, shows, externalDNS } = scene;
    await namespace.apply(ingress({ name: "first", hosts: ["first.dtk.io"] }));
    await shows("first.dtk.io");
    const intact = await desktop.hosts();

    await using cleanup = new AsyncDisposableStack();
    cleanup.defer(async () => {
      await desktop.shell(repairs).catch(() => undefined);
    });
    await desktop.shell(breaks);
    await namespace.apply(ingress({ name: "second", hosts: ["second.dtk.io"] }));
    await namespace.remove("ingress", "first");
    await eventually(async () => expect((await server.request("GET", "/readyz")).status).toBe(503));
    const { attention, sinks } = await server.status();
    expect(sinks[0]).toMatchObject({ id: "hosts-file", ok: false, trouble: { hint: expect.stringMatching(/./) } });
    expect(attention).not.toEqual([]);
    expect(await desktop.hosts()).toBe(intact);

    await desktop.shell(repairs);
    await linesAre(desktop, [`${clusterIP} second.dtk.io`]);
    await shows("second.dtk.io");
    await namespace.remove("ingress", "second");
    await shows();
    expect(await desktop.hosts()).toBe(userLines);
    expect(externalDNS.exits).toEqual([]);
  });
});
