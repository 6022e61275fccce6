/** A desktop follows three members of etcd with a client certificate, and goes on when the one in use is lost. */
import assert from "node:assert/strict";
import { expect, test } from "vitest";
import { openDesktop } from "../cluster/desktop.ts";
import { startEtcdCluster } from "../cluster/etcd.ts";
import { eventually } from "../cluster/eventually.ts";
import { runCommand, startServer } from "../cluster/server.ts";

test("a desktop joins with its certificate, and another member tells it of changes when one is lost", async () => {
  await using etcd = await startEtcdCluster({ isEncrypted: true });
  await using desktop = await openDesktop();
  const server = await startServer({ desktop, flags: [] });
  await using stack = new AsyncDisposableStack();
  stack.defer(async () => void (await server.stop()));
  const { certificates } = etcd;
  assert(certificates !== undefined);
  const put = (name: string, host: string): Promise<void> =>
    etcd.put(`/skydns/com/example/dev/${name}/1a2b3c4d`, JSON.stringify({ host, targetstrip: 1 }));
  await put("foo", "10.0.0.1");
  const join = (...flags: readonly string[]): Promise<string> =>
    runCommand(
      desktop,
      "join",
      etcd.url,
      "--domains=dev.example.com",
      "--yes",
      `--port=${server.port}`,
      "--host=127.0.0.1",
      ...flags,
    );
  const failing = (...flags: readonly string[]): Promise<string> =>
    join(...flags).then(
      (output) => assert.fail(output),
      (error: unknown) => String((error as { stderr?: string }).stderr),
    );
  const authority = `--team-ca=${certificates.authority}`;
  // Each is refused with the reason: nobody vouches for the server, and nobody for this desktop.
  expect(await failing()).toMatch(/does not answer.*certificate/is);
  expect(await failing(authority)).toMatch(/does not answer.*certificate/is);
  expect(await failing(authority, `--team-cert=${certificates.certificate}`)).toContain("go together");
  expect(await join(authority, `--team-cert=${certificates.certificate}`, `--team-key=${certificates.key}`)).toContain(
    "followed live",
  );
  expect(await desktop.added()).toEqual(["10.0.0.1 foo.dev.example.com"]);
  expect(JSON.stringify(await server.status())).not.toContain("PRIVATE KEY");
  for (const [index, member] of etcd.members.entries()) {
    await member.kill();
    await eventually(() => put("foo", `10.0.0.1${index}`));
    await eventually(async () => assert.deepEqual(await desktop.added(), [`10.0.0.1${index} foo.dev.example.com`]));
    await member.start();
  }
  const { teams } = await server.status();
  expect(teams?.[0]).toMatchObject({ state: "live", relists: { first: 1 } });
});
