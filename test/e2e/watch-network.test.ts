/** The way to a real cluster breaks without a word, carries half of what it should, and the watcher itself stands still. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openKubernetes } from "../../src/kubernetes/kubeconfig.ts";
import { type APIServer, startAPIServer } from "../cluster/api-server.ts";
import { anywhere, carryAll, inCharacters, layBadWire } from "../cluster/bad-wire.ts";
import { openDesktop } from "../cluster/desktop.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { forwardPort } from "../cluster/forward.ts";
import { kubeconfigWith } from "../cluster/kubeconfigs.ts";
import { openNamespace } from "../cluster/kubernetes.ts";
import { liveIngresses } from "../cluster/live-objects.ts";
import { connect, openNamespaces } from "../cluster/namespaces.ts";
import { run, startProgram } from "../cluster/program.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";
import { tools } from "../cluster/tools.ts";
import { startWatcher } from "../cluster/watcher.ts";
import { lookUntil, openWatchScene, randomBy, scratchPath } from "../cluster/watch-scene.ts";

/** Ten minutes are `WATCH_FREEZE=600`. */
const freeze = Number(process.env["WATCH_FREEZE"] ?? 10) * 1_000;
const rounds = Number(process.env["WATCH_CUTS"] ?? 30);
const seed = Number(process.env["WATCH_SEED"] ?? Date.now() % 1_000_000);

let api: APIServer;
beforeAll(async () => {
  api = await startAPIServer();
});
afterAll(async () => api[Symbol.asyncDispose]());

/** Opens a port at an address of its network, and passes on to the same port of its loopback. */
const relay = `
  const { connect, createServer } = require("node:net");
  const [address, port] = process.argv.slice(1);
  createServer((caller) => {
    const answerer = connect(Number(port), "127.0.0.1");
    for (const socket of [caller, answerer]) socket.on("error", () => [caller, answerer].map((each) => each.destroy()));
    caller.pipe(answerer).pipe(caller);
  }).listen(Number(port), address);
`;

test("a link that is dead in one direction is noticed, and costs no name", async () => {
  await using machine = await openNamespaces("network");
  await using cluster = await openNamespaces("network");
  await connect(machine, cluster, { name: "lab0", addresses: [["192.0.2.1", "192.0.2.2"]] });
  await using _way = await forwardPort(api.port, cluster.enter);
  await using _relay = await startProgram([
    ...cluster.enter,
    process.execPath,
    "-e",
    relay,
    "192.0.2.2",
    String(api.port),
  ]);
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  await using _back = await forwardPort(server.port, machine.enter);
  const namespace = await openNamespace(api.kubeconfig);
  await namespace.apply(ingress({ name: "first", hosts: ["first.dtk.io"] }));
  const kubeconfig = scratchPath(desktop, "kubeconfig");
  const given = { name: "lab", server: `https://192.0.2.2:${api.port}`, authority: api.authority };
  await writeFile(kubeconfig, kubeconfigWith({ ...given, cluster: { "tls-server-name": "127.0.0.1" } }));
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`, "--context=lab"];
  const inside = { ...desktop, enter: machine.enterNetwork };
  await using watcher = await startWatcher({ desktop: inside, server, kubeconfig, flags });
  await linesAre(desktop, ["127.0.0.1 first.dtk.io"]);

  // No answer comes back, and no end of a connection either.
  await run([...cluster.enter, "ip", "route", "add", "blackhole", "192.0.2.1/32"]);
  await namespace.apply(ingress({ name: "second", hosts: ["second.dtk.io"] }));
  await eventually(() => expect(watcher.log()).toMatch(/does not answer/));
  expect(await desktop.added()).toEqual(["127.0.0.1 first.dtk.io"]);
  await run([...cluster.enter, "ip", "route", "delete", "blackhole", "192.0.2.1/32"]);
  await linesAre(desktop, ["127.0.0.1 first.dtk.io", "127.0.0.1 second.dtk.io"]);
});

test(`a watcher that stands still for ${freeze / 1_000} s catches up`, async () => {
  const namespace = await openNamespace(api.kubeconfig);
  const ingresses = liveIngresses(
    await openKubernetes({ kubeconfig: api.kubeconfig, context: undefined }),
    namespace.name,
  );
  for (const name of ["lasting", "gone"]) await ingresses.create(name);
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using watch = await openWatchScene({ kubeconfig: api.kubeconfig, flags });
  await watch.linesAre(await ingresses.expectedLines());
  const { pid } = watch.watcher();
  process.kill(pid, "SIGSTOP");
  await ingresses.remove("gone");
  for (let count = 0; count < 50; count++) await ingresses.create(`frozen${count}`);
  await api.restart("SIGKILL");
  await ingresses.remove("frozen7");
  await sleep(freeze);
  process.kill(pid, "SIGCONT");
  await watch.linesAre(await ingresses.expectedLines());
  await ingresses.create("after");
  await watch.linesAre(await ingresses.expectedLines());
  expect(watch.watcher().exit()).toBeUndefined();
});

describe(`a proxy that cuts (seed ${seed})`, () => {
  test("in the middle of lines and of characters, over and over, costs no name", async () => {
    const random = randomBy(seed);
    const namespace = await openNamespace(api.kubeconfig);
    const ingresses = liveIngresses(
      await openKubernetes({ kubeconfig: api.kubeconfig, context: undefined }),
      namespace.name,
    );
    const [plain, folder] = [await freePort(), namespace.kubeconfig];
    await using proxy = await startProgram([tools.kubectl, `--kubeconfig=${folder}`, "proxy", `--port=${plain}`]);
    await eventually(() => expect(proxy.log()).toContain("Starting to serve"));
    await using wire = await layBadWire(plain);
    await using desktop = await openDesktop();
    const kubeconfig = join(desktop.stateFolder, "..", "kubeconfig");
    await writeFile(kubeconfig, kubeconfigWith({ name: "lab", server: `http://127.0.0.1:${wire.port}`, user: {} }));
    // Characters of two, three and four bytes are in each line.
    await namespace.kubectl(
      "create",
      "ingress",
      "lasting",
      "--rule=lasting.dtk.io/*=x:80",
      "--annotation=note=éß漢字🚀🛰",
    );
    const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
    await using watch = await openWatchScene({ desktop, kubeconfig, flags });
    const lasting = ["127.0.0.1 lasting.dtk.io"];
    await watch.linesAre(lasting);
    const stop = new AbortController();
    const looking = lookUntil(desktop, lasting, stop.signal);
    const changing = ingresses.changeUntil(stop.signal, random);
    for (let round = 0; round < rounds; round++) {
      const isCut = (): boolean => random() < 0.2;
      wire.carry = round % 2 === 0 ? inCharacters(isCut) : anywhere(random, isCut);
      await namespace.kubectl("annotate", "--overwrite", "ingress", "lasting", `note=é🚀${round}漢`);
      if (random() < 0.3) wire.cut();
      await sleep(random() * 200);
    }
    stop.abort();
    await changing;
    wire.carry = carryAll;
    await watch.linesAre(await ingresses.expectedLines());
    expect((await looking).missing).toEqual([]);
    expect(wire.cuts()).toBeGreaterThan(0);
    process.stdout.write(`${rounds} rounds, ${wire.cuts()} connections cut inside of a line\n`);
  });
});
