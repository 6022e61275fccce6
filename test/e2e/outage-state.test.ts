/** The saved records cannot be written or are damaged: nothing is lost from the hosts file, and ExternalDNS stays up. */
import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDesktop, openPrivateDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { fillDisk } from "../cluster/full-disk.ts";
import { ingress } from "../cluster/resources.ts";
import { openScene } from "../cluster/scene.ts";
import { type Server, clusterIP, runCommand, startServer } from "../cluster/server.ts";

describe.concurrent("the saved records", () => {
  test("on a full disk: a change is refused and shown nowhere until there is room", async () => {
    await using desktop = await openPrivateDesktop('mount -t tmpfs -o size=512k,mode=0700 tmpfs "$D/state"');
    await using scene = await openScene({ desktop });
    const { namespace, server, shows, externalDNS } = scene;
    await namespace.apply(ingress({ name: "first", hosts: ["first.dtk.io"] }));
    await shows("first.dtk.io");
    const intact = await desktop.hosts();

    await fillDisk(desktop.shell, "$D/state/filler");
    await namespace.apply(ingress({ name: "second", hosts: ["second.dtk.io"] }));
    await eventually(() => expect(externalDNS.log()).toMatch(/503/));
    expect((await server.status()).attention).not.toEqual([]);
    expect(await desktop.hosts()).toBe(intact);

    await desktop.shell('rm "$D/state/filler"');
    await shows("first.dtk.io", "second.dtk.io");
    expect(externalDNS.exits).toEqual([]);
  });

  test("damaged: the lines stay until `recover`, then everything comes again", async () => {
    await using desktop = await openDesktop();
    await using scene = await openScene({ desktop });
    const { namespace, server: first, shows, externalDNS } = scene;
    await namespace.apply(ingress({ name: "test", hosts: ["bar.dtk.io", "foo.dtk.io"] }));
    await shows("bar.dtk.io", "foo.dtk.io");
    const intact = await desktop.hosts();

    await using server = await externalDNS.suspended(async () => {
      await first.stop();
      await damage(join(desktop.stateFolder, "records.sqlite"));
      const again = { desktop, port: first.port, until: "answering" } as const;
      const second = await startServer(again);
      await expectDamaged(second);
      await second.stop();
      return startServer(again);
    });
    await expectDamaged(server);
    await namespace.apply(ingress({ name: "other", hosts: ["other.dtk.io"] }));
    const softErrors = (): number => externalDNS.log().split("503").length;
    const before = softErrors();
    await eventually(() => expect(softErrors()).toBeGreaterThan(before + 1));
    expect(await desktop.hosts()).toBe(intact);
    expect(externalDNS.exits).toEqual([]);

    const said = await runCommand(desktop, "recover", `--state-dir=${desktop.stateFolder}`);
    expect(said).toContain("Started afresh");
    await eventually(async () => expect((await server.request("GET", "/readyz")).status).toBe(200));
    await shows("bar.dtk.io", "foo.dtk.io", "other.dtk.io");
    expect(externalDNS.exits).toEqual([]);
  });

  test("under a mount that came over them while it ran: the lines stay, no change is taken, and all is well without it", async () => {
    await using desktop = await openPrivateDesktop("");
    await using server = await startServer({ desktop });
    const create = async (name: string): Promise<number> => {
      const endpoint = { dnsName: name, recordType: "CNAME", targets: [name] };
      return (await server.request("POST", "/records", JSON.stringify({ create: [endpoint] }))).status;
    };
    expect(await create("first.dtk.io")).toBe(204);
    const intact = await desktop.hosts();

    await desktop.shell('mount -t tmpfs -o mode=0700 tmpfs "$D/state"');
    expect(await create("second.dtk.io")).toBe(503);
    expect((await server.status()).attention).toMatchObject([{ code: "state-lost" }]);
    expect(await desktop.hosts()).toBe(intact);

    await desktop.shell('umount "$D/state"');
    await eventually(async () => expect((await server.request("GET", "/readyz")).status).toBe(200));
    expect(await create("second.dtk.io")).toBe(204);
    expect(await desktop.added()).toEqual([`${clusterIP} first.dtk.io`, `${clusterIP} second.dtk.io`]);
  });
});

async function expectDamaged(server: Server): Promise<void> {
  expect((await server.request("GET", "/readyz")).status).toBe(503);
  expect((await server.request("GET", "/records")).status).toBe(503);
  const { attention } = await server.status();
  expect(attention).toMatchObject([
    { code: "state-damaged", command: expect.stringContaining("hostsfile-server recover") },
  ]);
}

/** Overwrites the middle half of a file. */
async function damage(path: string): Promise<void> {
  await using file = await open(path, "r+");
  const { size } = await file.stat();
  await file.write(Buffer.alloc(Math.floor(size / 2), 0xa5), { position: Math.floor(size / 4) });
}
