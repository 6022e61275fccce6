/**
 * The members of a team's etcd are upgraded while they are used, one after the other, from Debian's version to the newest,
 * none of which can be left out. Writers on two servers go on; nothing that was acknowledged is lost, and a desktop that
 * follows lists nothing again.
 */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { openDesktop } from "../cluster/desktop.ts";
import { startEtcdCluster } from "../cluster/etcd.ts";
import { eventually } from "../cluster/eventually.ts";
import { run } from "../cluster/program.ts";
import { runCommand, startServer } from "../cluster/server.ts";
import { configure, runTeamCommand, startTeamServer, storeFlags } from "../cluster/team-server.ts";
import { type Source, agreeOn, startWriters } from "../cluster/team-writers.ts";
import { etcdTool } from "../cluster/tools.ts";

const domain = "dev.example.com";
const later = (["v3.5.35", "v3.6.5", "v3.7.3"] as const).map(etcdTool);
const missing = later.find((program) => !existsSync(program));

test.skipIf(missing !== undefined)(
  `etcd is upgraded from 3.4 to 3.7 (${missing ?? "all versions are there"})`,
  async () => {
    await using opened = new AsyncDisposableStack();
    // 3.7 panics at entries of 3.5 and older that its log still has after the last snapshot.
    const etcd = opened.use(await startEtcdCluster({ program: "etcd", flags: ["--snapshot-count=10"] }));
    await runTeamCommand("team", "init", "dev", ...storeFlags(etcd));
    const servers = [opened.use(await startTeamServer({ etcd })), opened.use(await startTeamServer({ etcd }))] as const;
    const sources = servers.map((server, index): Source => {
      const cluster = ["a", "b"][index] ?? "";
      return { cluster, address: `192.168.1.${index + 1}`, server: () => server };
    });
    for (const { cluster, address } of sources) await configure(servers[0], cluster, address, domain);
    const desktop = opened.use(await openDesktop());
    const server = await startServer({ desktop, flags: [] });
    opened.defer(async () => void (await server.stop()));
    await runCommand(
      desktop,
      "join",
      etcd.url,
      `--domains=${domain}`,
      "--yes",
      `--port=${server.port}`,
      "--host=127.0.0.1",
    );

    const writers = startWriters(sources, domain);
    const seen: string[] = [];
    try {
      for (const program of later) {
        for (const member of etcd.members) {
          await member.kill();
          await member.start(program);
          await eventually(async () => {
            await run(["curl", "-sSf", "-m", "2", `http://${member.place}/health`]);
          }).catch((error: unknown) => {
            throw new Error(`${member.name} does not come back:\n${member.log().slice(-4000)}`, { cause: error });
          });
          await writers.advance();
        }
        // Each member has a snapshot of its own by then.
        await writers.advance(20);
        // The cluster is of a version once all its members are.
        seen.push(
          await eventually(async () => {
            const found = await run(["curl", "-sSf", "-m", "2", `http://${etcd.members[0]?.place}/version`]);
            const { etcdserver, etcdcluster } = JSON.parse(found) as { etcdserver: string; etcdcluster: string };
            expect(etcdcluster.split(".", 2)).toEqual(etcdserver.split(".", 2));
            return etcdserver;
          }),
        );
      }
    } finally {
      const stored = await writers.end();
      await agreeOn(stored, { etcd, servers, desktops: [desktop], sources });
    }
    expect(seen).toEqual(["3.5.35", "3.6.5", "3.7.3"]);
    expect((await server.status()).teams?.[0]).toMatchObject({ state: "live", relists: { first: 1 } });
  },
);
