/** The server is stopped or killed while things change: after it is back everything converges, and no user line suffers. */
import { once } from "node:events";
import { watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { type Desktop, openDesktop, userLines } from "../cluster/desktop.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { freePort } from "../cluster/eventually.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre, openScene, openTestNamespace } from "../cluster/scene.ts";
import { type Answer, type Server, clusterIP, startServer } from "../cluster/server.ts";

describe.concurrent("the server", () => {
  test("stopped and started: names that came and went meanwhile are caught up with", async () => {
    await using desktop = await openDesktop();
    await using scene = await openScene({ desktop });
    const { namespace, server, shows, externalDNS } = scene;
    await namespace.apply(ingress({ name: "first", hosts: ["first.dtk.io"] }));
    await shows("first.dtk.io");
    expect(externalDNS.exits).toEqual([]);
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    await linesAre(desktop, [`${clusterIP} first.dtk.io`]);
    await namespace.apply(ingress({ name: "second", hosts: ["second.dtk.io"] }));
    await namespace.remove("ingress", "first");
    await using restarted = await startServer({ desktop, port: server.port, flags: [] });
    await shows("second.dtk.io");
    expect((await restarted.request("GET", "/clusterip")).body).toBe(JSON.stringify(clusterIP));
  });

  test("killed again and again while Ingresses change: every name arrives in the end", async () => {
    await using desktop = await openDesktop();
    const namespace = await openTestNamespace();
    const port = await freePort();
    await using externalDNS = await startExternalDNS({ namespace, url: `http://127.0.0.1:${port}` });
    const names: string[] = [];
    for (const delayMs of [0, 1, 2, 4, 8]) {
      await using server = await startServer({ desktop, port });
      const name = `after-${delayMs}.dtk.io`;
      names.push(name);
      const written = nextWrite(desktop);
      await namespace.apply(ingress({ name: `after-${delayMs}`, hosts: [name] }));
      await written;
      await sleep(delayMs);
      await server.stop("SIGKILL");
      expect((await desktop.hosts()).startsWith(userLines)).toBe(true);
    }
    await using server = await startServer({ desktop, port });
    await linesAre(
      desktop,
      names.map((name) => `${clusterIP} ${name}`),
    );
    await externalDNS.settled();
    await server.stop();
    expect(await readdir(dirname(desktop.hostsFile))).toEqual(["hosts"]);
  });

  test("killed between store and file: what is stored is shown before it is ready again", async () => {
    await using desktop = await openDesktop();
    const port = await freePort();
    let healed = 0;
    for (let delayMs = 0; delayMs < 12; delayMs += 1) {
      const name = `after-${delayMs}.dtk.io`;
      const answered = await killAfterWrite(await startServer({ desktop, port }), { desktop, name, delayMs });
      const shownBefore = await isShown(desktop, name);
      expect((await desktop.hosts()).startsWith(userLines)).toBe(true);
      // 204 promises that the line is there.
      expect(shownBefore || !answered).toBe(true);
      await using server = await startServer({ desktop, port });
      const stored = (await server.request("GET", "/records")).body.includes(`"${name}"`);
      expect(await isShown(desktop, name)).toBe(stored);
      if (stored && !shownBefore) healed += 1;
    }
    // Else no kill came in between, and the test has shown nothing.
    expect(healed).toBeGreaterThan(0);
  });
});

/**
 * Sends a change as ExternalDNS does and kills the server soon after its first write to the state; says whether 204
 * came. The change before it lets SQLite begin its write-ahead log, so that the first write is the change itself.
 */
async function killAfterWrite(
  server: Server,
  { desktop, name, delayMs }: { readonly desktop: Desktop; readonly name: string; readonly delayMs: number },
): Promise<boolean> {
  expect((await create(server, `before-${name}`)).status).toBe(204);
  const written = nextWrite(desktop);
  const answer = create(server, name).catch(() => undefined);
  await written;
  await sleep(delayMs);
  await server.stop("SIGKILL");
  return (await answer)?.status === 204;
}

async function create(server: Server, name: string): Promise<Answer> {
  const endpoint = { dnsName: name, recordType: "CNAME", targets: [name] };
  return server.request("POST", "/records", JSON.stringify({ create: [endpoint] }));
}

async function nextWrite({ stateFolder }: Desktop): Promise<void> {
  const watcher = watch(stateFolder);
  await once(watcher, "change");
  watcher.close();
}

async function isShown(desktop: Desktop, name: string): Promise<boolean> {
  return (await desktop.added()).includes(`${clusterIP} ${name}`);
}
