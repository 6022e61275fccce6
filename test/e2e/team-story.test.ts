/**
 * The whole story of a team: a real ExternalDNS writes through two team servers into etcd, two desktops follow etcd and one
 * the servers, CoreDNS serves, and etcd's leader dies in the middle. CoreDNS is the judge: every desktop must say the same of every name.
 */
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CoreDNS, type DNSAnswer, askOver, startCoreDNS } from "../cluster/coredns.ts";
import { type Desktop, openDesktop, userLines } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type ExternalDNS, startExternalDNS } from "../cluster/external-dns.ts";
import type { Namespace } from "../cluster/kubernetes.ts";
import { openProxy } from "../cluster/proxy.ts";
import { ingress } from "../cluster/resources.ts";
import { openTestNamespace } from "../cluster/scene.ts";
import { type Server, runCommand, startServer } from "../cluster/server.ts";
import { type TeamFront, openTeamFront } from "../cluster/team-front.ts";
import { type TeamServer, configure } from "../cluster/team-server.ts";
import { tools } from "../cluster/tools.ts";
import { freeDNSPort } from "../support/dns-client.ts";
import { ingressEndpoint } from "../support/http.ts";

const domain = "dev.example.com";
const missing = existsSync(tools.coredns) ? undefined : "CoreDNS is not built";

interface Follower {
  readonly desktop: Desktop;
  readonly server: Server;
  readonly dnsPort: number;
}

describe.skipIf(missing !== undefined)(`a team (${missing ?? "all tools are there"})`, () => {
  const opened = new AsyncDisposableStack();
  let team: TeamFront;
  let servers: readonly [TeamServer, TeamServer];
  let followers: readonly Follower[];
  let coredns: CoreDNS;
  let namespace: Namespace;
  let externalDNS: ExternalDNS;

  beforeAll(async () => {
    team = opened.use(await openTeamFront(3));
    const { etcd, fronts } = team;
    servers = [fronts[0].server(), fronts[1].server()];
    await configure(servers[0], "a", "10.0.0.1", domain);
    await configure(servers[1], "b", "10.0.0.2", domain);
    const direct = [etcd.url, `--domains=${domain}`];
    followers = [await openFollower(direct), await openFollower(direct), await openFollower([await team.invite()])];
    const endpoints = etcd.members.map(({ place }) => `http://${place}`);
    coredns = opened.use(await startCoreDNS([domain], endpoints));
    namespace = await openTestNamespace();
    const proxy = opened.use(await openProxy(servers.map(({ port }) => port)));
    externalDNS = opened.use(await startExternalDNS({ namespace, url: `${proxy.url}/clusters/a` }));
  });
  afterAll(() => opened.disposeAsync());

  async function openFollower(words: readonly string[]): Promise<Follower> {
    const desktop = opened.use(await openDesktop());
    const dnsPort = await freeDNSPort();
    const server = opened.use(await startServer({ desktop, flags: ["--dns=on", `--dns-listen=127.0.0.1:${dnsPort}`] }));
    const place = [`--port=${server.port}`, "--host=127.0.0.1"];
    // On a busy machine a member of etcd may not answer in time, and who joins asks again.
    await eventually(() => runCommand(desktop, "join", ...words, "--yes", ...place));
    return { desktop, server, dnsPort };
  }

  /** Names without the domain. */
  async function apply(name: string, ...hosts: readonly string[]): Promise<void> {
    await namespace.apply(ingress({ name, hosts: hosts.map((host) => `${host}.${domain}`) }));
  }

  /** Waits until every desktop has these lines beside the user's, and no other. */
  async function everyDesktopShows(lines: Readonly<Record<string, string>>): Promise<void> {
    const wanted = Object.entries(lines).map(([host, address]) => `${address} ${host}.${domain}`);
    for (const { desktop, server } of followers) {
      await eventually(async () =>
        expect((await desktop.added()).toSorted(), server.log().slice(-2000)).toEqual(wanted.toSorted()),
      );
      expect(await desktop.hosts()).toContain(userLines);
    }
  }

  /** CoreDNS, and every desktop's own responder and hosts file, say the same of each of these names. */
  async function allAgree(...hosts: readonly string[]): Promise<Readonly<Record<string, DNSAnswer>>> {
    const verdict: Record<string, DNSAnswer> = {};
    for (const host of hosts) {
      const name = host === "" ? domain : `${host}.${domain}`;
      for (const type of ["A", "AAAA"] as const) {
        const judged = await coredns.ask(name, type);
        if (type === "A") verdict[host] = judged;
        for (const { desktop, dnsPort } of followers) {
          expect(await askOver(dnsPort, name, type), `${name} ${type}`).toEqual(judged);
          if (type !== "A") continue;
          const lines = (await desktop.added()).filter((line) => line.endsWith(` ${name}`));
          expect(lines, name).toEqual(judged.data.map((address) => `${address} ${name}`));
        }
      }
    }
    return verdict;
  }

  const shown = (...addresses: readonly string[]): DNSAnswer => ({ code: "NOERROR", data: addresses });
  const noSuchName: DNSAnswer = { code: "NXDOMAIN", data: [] };

  test("an Ingress reaches every desktop and CoreDNS, which agree name by name", async () => {
    await apply("first", "foo", "x.foo", "deep.y");
    await everyDesktopShows({ foo: "10.0.0.1", "x.foo": "10.0.0.1", "deep.y": "10.0.0.1" });
    expect(await allAgree("foo", "x.foo", "deep.y", "y", "", "none", "none.foo")).toEqual({
      foo: shown("10.0.0.1"),
      "x.foo": shown("10.0.0.1"),
      "deep.y": shown("10.0.0.1"),
      y: shown(),
      "": shown(),
      none: noSuchName,
      "none.foo": noSuchName,
    });
  });

  test("etcd's leader is killed while Ingresses come, and nothing is lost", async () => {
    const leader = await team.etcd.leader();
    const applied: Record<string, string> = {};
    for (let index = 0; index < 6; index += 1) {
      await apply(`n${index}`, `n${index}`);
      applied[`n${index}`] = "10.0.0.1";
      if (index === 2) await leader.kill();
    }
    await everyDesktopShows({ ...applied, foo: "10.0.0.1", "x.foo": "10.0.0.1", "deep.y": "10.0.0.1" });
    await leader.start();
    expect(await allAgree("foo", "x.foo", "y", "none", ...Object.keys(applied))).toMatchObject({
      n0: shown("10.0.0.1"),
    });
    for (const name of Object.keys(applied)) await namespace.remove("ingress", name);
    await everyDesktopShows({ foo: "10.0.0.1", "x.foo": "10.0.0.1", "deep.y": "10.0.0.1" });
    await allAgree("foo", "n0", "n5");
  });

  test("a name that another cluster wanted next goes to it everywhere", async () => {
    expect(await servers[1].post("b", { create: [ingressEndpoint(`foo.${domain}`)] })).toBe(204);
    await namespace.remove("ingress", "first");
    await everyDesktopShows({ foo: "10.0.0.2" });
    expect(await allAgree("foo", "x.foo", "y", "")).toEqual({
      foo: shown("10.0.0.2"),
      "x.foo": noSuchName,
      y: noSuchName,
      "": shown(),
    });
  });

  test("ExternalDNS never ended, and no desktop listed the names again", async () => {
    await externalDNS.settled();
    expect(externalDNS.exits).toEqual([]);
    for (const { server } of followers) {
      const [followed] = (await server.status()).teams ?? [];
      expect(followed).toMatchObject({ state: "live", relists: { first: 1 } });
    }
  });

  test("who leaves has nothing of the team left", async () => {
    for (const { desktop, server } of followers) {
      await runCommand(desktop, "leave", "dev", "--yes", `--port=${server.port}`, "--host=127.0.0.1");
      expect(await desktop.hosts()).toBe(userLines);
    }
  });
});
