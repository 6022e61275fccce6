/** A server in the foreground tells the resolver for as long as it runs; and machines where little or nothing can be told. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Program, startProgram } from "../cluster/program.ts";
import {
  type Probe,
  type ResolverDesktop,
  internet,
  internetAddress,
  openResolverDesktop,
  publicDomain,
  uplinkAddress,
} from "../cluster/resolver-desktop.ts";
import { systemTree } from "../cluster/tools.ts";
import {
  type DesktopState,
  addressOf,
  callServer,
  clusterIP,
  comesToUs,
  launcher,
  lookAtDesktop,
  lookWhenSettled,
  resolverStatus,
  showNames,
  wasAskedOutside,
} from "../cluster/wiring-life.ts";

const isBuilt = (["sid", "trixie"] as const).every((suite) => existsSync(systemTree(suite)));
const needs = isBuilt ? "" : " (needs Debian's systems: npm run e2e:systems)";

async function openWithResolved(suite: "sid" | "trixie", furnish = ""): Promise<ResolverDesktop> {
  const desktop = await openResolverDesktop({ suite, furnish });
  await eventually(async () => assert.match((await lookAtDesktop(desktop)).links, /^eth0\S* +UP .*fe80::/m));
  await eventually(async () => assert.match((await lookAtDesktop(desktop)).status, /Scopes: DNS/));
  return desktop;
}

/** Starts the server as a user types it, as root. */
async function serve(desktop: ResolverDesktop, ...flags: readonly string[]): Promise<Foreground> {
  const { machine, shell } = desktop;
  const places = ["--state-dir=/tmp/state", "--hosts-file=/tmp/hosts"];
  await shell("echo '127.0.0.1 localhost' >/tmp/hosts");
  const program = await startProgram([...machine.enter(), launcher, "serve", ...places, ...flags]);
  const pid = await eventually(async () => {
    assert.equal(program.exit(), undefined, program.log());
    const status = await callServer(desktop, "GET", "/status");
    return (JSON.parse(status) as { server: { pid: number } }).server.pid;
  });
  // A signal from outside would end nsenter alone.
  const end = async (signal: string): Promise<void> => {
    await shell(`kill -${signal} ${pid}`);
    await program.ended;
  };
  return { program, end };
}

interface Foreground {
  readonly program: Program;
  readonly end: (signal: "TERM" | "KILL") => Promise<void>;
}

describe.skipIf(!isBuilt).each([
  { suite: "sid", way: "hook" },
  { suite: "trixie", way: "link" },
] as const)(`in the foreground on Debian $suite (the way $way)${needs}`, ({ suite, way }) => {
  let desktop: ResolverDesktop;
  let probe: Probe;
  let before: DesktopState;

  beforeAll(async () => {
    desktop = await openWithResolved(suite);
    before = await lookWhenSettled(desktop);
    probe = await desktop.startProbe();
  });
  afterAll(async () => {
    await probe[Symbol.asyncDispose]();
    await desktop[Symbol.asyncDispose]();
  });

  const flags = ["--resolver=auto", "--domains=dtk.io", `--cluster-ip=${clusterIP}`];

  test("it is told while the server runs, and everything is as before when it ends", async () => {
    const server = await serve(desktop, ...flags);
    await showNames(desktop, ["*.apps.dtk.io"]);
    expect(await addressOf(desktop, "any.apps.dtk.io")).toBe(clusterIP);
    expect(await resolverStatus(desktop)).toMatchObject({ way, ok: true });
    expect(await wasAskedOutside(desktop)).toBe(false);
    await server.end("TERM");
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
    expect(probe.failed()).toEqual([]);
  });

  test("killed, it takes nothing but its own names away, and its next start takes back what is left", async () => {
    const killed = await serve(desktop, ...flags);
    await showNames(desktop, ["*.apps.dtk.io"]);
    expect(await addressOf(desktop, "any.apps.dtk.io")).toBe(clusterIP);
    const count = probe.count();
    await killed.end("KILL");
    await eventually(() => assert(probe.count() > count + 20));
    const next = await serve(desktop, "--resolver=none", "--dns=off");
    expect(next.program.log()).toContain("before it crashed is taken back");
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
    await next.end("TERM");
    expect(probe.failed()).toEqual([]);
  });
});

describe.skipIf(!isBuilt)(`a domain that exists on the internet too${needs}`, () => {
  let desktop: ResolverDesktop;
  beforeAll(async () => {
    desktop = await openWithResolved("trixie");
  });
  afterAll(async () => desktop[Symbol.asyncDispose]());

  test("only parts of it are routed, and everything else in it resolves as before", async () => {
    const install = `${launcher} install --yes --resolver=auto --domains=${publicDomain} --cluster-ip=${clusterIP}`;
    await desktop.shell(install);
    await showNames(desktop, [`*.apps.${publicDomain}`, `foo.${publicDomain}`]);
    await comesToUs(desktop, `any.apps.${publicDomain}`);
    // It is in the hosts file.
    await comesToUs(desktop, `foo.${publicDomain}`);
    expect(await addressOf(desktop, `www.${publicDomain}`)).toBe(internetAddress);
    expect(await resolverStatus(desktop)).toMatchObject({
      domains: [{ name: publicDomain, routing: "parts", routes: [`apps.${publicDomain}`] }],
    });
    expect(await wasAskedOutside(desktop)).toBe(false);
  });

  test("a wildcard in another place is routed too, and one that covers all of it takes all", async () => {
    await showNames(desktop, [`*.other.${publicDomain}`]);
    await comesToUs(desktop, `any.other.${publicDomain}`);
    expect(await addressOf(desktop, `shop.${publicDomain}`)).toBe(internetAddress);
    await showNames(desktop, [`*.${publicDomain}`]);
    await comesToUs(desktop, `shop.${publicDomain}`);
    const status = await callServer(desktop, "GET", "/status");
    expect(status).toContain('"routing":"taken"');
    expect(status).toContain('"code":"resolver-taken"');
  });
});

describe.skipIf(!isBuilt)(`--resolver=global${needs}`, () => {
  let desktop: ResolverDesktop;
  let before: DesktopState;
  beforeAll(async () => {
    desktop = await openWithResolved("trixie");
    before = await lookWhenSettled(desktop);
  });
  afterAll(async () => desktop[Symbol.asyncDispose]());

  const install = `${launcher} install --yes --resolver=global --domains=dtk.io --cluster-ip=${clusterIP}`;

  test("beside servers of others it is refused in a sentence, and nothing is done", async () => {
    const drop = "/etc/systemd/resolved.conf.d/others.conf";
    await desktop.shell(
      `mkdir -p ${drop.replace(/\/[^/]*$/, "")}; printf '[Resolve]\\nDNS=${uplinkAddress}\\n' >${drop}`,
    );
    await desktop.shell("systemctl restart systemd-resolved");
    const answer = await desktop.shell(`${install} 2>&1 || echo "exit $?"`);
    expect(answer).toMatch(/it has servers for the whole machine already \(203\.0\.113\.1\)[\s\S]*exit 3\n$/);
    await desktop.shell(`rm -r ${drop.replace(/\/[^/]*$/, "")}; systemctl restart systemd-resolved`);
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
  });

  test("alone it is told, and names of the internet resolve", async () => {
    await desktop.shell(install);
    await showNames(desktop, ["*.apps.dtk.io"]);
    expect(await addressOf(desktop, "any.apps.dtk.io")).toBe(clusterIP);
    expect(await addressOf(desktop, `www.${internet}`)).toBe(internetAddress);
    await desktop.shell(`${launcher} uninstall --yes`);
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
  });
});

describe.skipIf(!isBuilt)(`a plain resolv.conf${needs}`, () => {
  test("nobody is told, the hosts file works, and it is said what does not", async () => {
    await using desktop = await openResolverDesktop({
      suite: "trixie",
      furnish: `
        ln -sf /dev/null "$ROOT/etc/systemd/system/systemd-resolved.service"
        rm -f "$ROOT/etc/resolv.conf"; echo nameserver ${uplinkAddress} >"$ROOT/etc/resolv.conf"`,
      uplink: "true",
    });
    const { shell } = desktop;
    await eventually(async () => assert((await shell(`getent ahostsv4 up.${internet}`)).includes(internetAddress)));
    await eventually(async () => assert.match((await lookAtDesktop(desktop)).links, /^eth0\S* +UP .*fe80::/m));
    const before = await lookWhenSettled(desktop);
    const plan = await shell(`${launcher} install --resolver=auto --dry-run --domains=dtk.io`);
    expect(plan).toContain(
      "Nobody is told (none): resolv.conf names 203.0.113.1, and nothing here can be told which server knows which domain.",
    );
    const refused = await shell(`${launcher} install --resolver=hook --yes 2>&1 || echo "exit $?"`);
    expect(refused).toMatch(/systemd-resolved does not run here[\s\S]*exit 3\n$/);
    const server = await serve(desktop, "--resolver=auto", "--dns=on", "--domains=dtk.io", `--cluster-ip=${clusterIP}`);
    await showNames(desktop, ["*.apps.dtk.io", "foo.dtk.io"]);
    await eventually(async () => assert.equal((await resolverStatus(desktop))?.way, "none"));
    expect(await shell("cat /tmp/hosts")).toContain(`${clusterIP} foo.dtk.io`);
    // Changes of names are gathered for a second.
    await eventually(async () => assert.match(await shell(`${launcher} status`), /do not resolve \*\.apps\.dtk\.io/));
    await eventually(async () => expect(await lookAtDesktop(desktop)).toEqual(before));
    await server.end("TERM");
  });
});
