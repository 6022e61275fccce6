/** The real ExternalDNS beside the real service: restarts, reloads, crashes and a suspended machine never cost it a connection. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type ExternalDNS, startExternalDNS } from "../cluster/external-dns.ts";
import { forwardPort } from "../cluster/forward.ts";
import { type Namespace, portOfAPI } from "../cluster/kubernetes.ts";
import { ingress } from "../cluster/resources.ts";
import { openTestNamespace } from "../cluster/scene.ts";
import { bootService, program, servicePort } from "../cluster/service.ts";
import { type Machine, bootMachine } from "../cluster/systemd.ts";

interface ServiceScene extends AsyncDisposable {
  readonly machine: Machine;
  readonly namespace: Namespace;
  readonly externalDNS: ExternalDNS;
  /** Applies an Ingress for each name. */
  readonly want: (...names: readonly string[]) => Promise<void>;
  /** Waits until the machine resolves these names and no others under the managed domain. */
  readonly resolves: (...names: readonly string[]) => Promise<void>;
}

/** A machine with the service put there by hand, without a token. */
async function bootPlainService(): Promise<BootedService> {
  const settings = ["HOSTSFILE_SERVER_CLUSTER_IP=192.168.122.167", "HOSTSFILE_SERVER_DOMAINS=dtk.io"];
  return { machine: await bootService(settings), url: `http://127.0.0.1:${servicePort}` };
}

interface BootedService {
  readonly machine: Machine;
  /** With the token that ExternalDNS must show. */
  readonly url: string;
}

async function openServiceScene(boot = bootPlainService): Promise<ServiceScene> {
  await using opened = new AsyncDisposableStack();
  const { machine, url } = await boot();
  opened.use(machine);
  const namespace = await openTestNamespace();
  const enter = machine.enterNetwork();
  opened.use(await forwardPort(await portOfAPI(namespace), enter));
  const externalDNS = opened.use(await startExternalDNS({ namespace, url, enter }));
  const owned = opened.move();
  return {
    machine,
    namespace,
    externalDNS,
    want: async (...names) => namespace.apply(...names.map((name) => ingress({ name, hosts: [`${name}.dtk.io`] }))),
    resolves: async (...names) => {
      await eventually(async () => {
        const lines = await machine.shell("grep 'dtk.io$' /etc/hosts || true");
        const shown = lines
          .trim()
          .split("\n")
          .map((line) => line.replace(/^192\.168\.122\.167 (.*)\.dtk\.io$/, "$1"));
        assert.deepEqual(shown, names.toSorted());
      });
      for (const name of names) expect(await machine.shell(`getent hosts ${name}.dtk.io`)).toContain("192.168.122.167");
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

const checkout = join(import.meta.dirname, "..", "..");
const checkoutInside = "/root/checkout";

/** A machine on which a user ran `install` from a checkout. */
async function bootInstalledService(): Promise<BootedService> {
  const machine = await bootMachine({
    furnish: `
      mkdir -p "$ROOT${checkoutInside}/node_modules/.bin"
      cp -r ${checkout}/hostsfile-server ${checkout}/dist "$ROOT${checkoutInside}"
      cp -L ${checkout}/node_modules/.bin/node "$ROOT${checkoutInside}/node_modules/.bin/node"`,
  });
  try {
    await machine.shell(`${checkoutInside}/hostsfile-server install --yes`);
    const token = (await machine.shell("hostsfile-server token")).trim();
    const curl = `curl -sSf -u :$(cat /etc/hostsfile-server/token)`;
    await machine.shell(`
      ${curl} -d dtk.io localhost:${servicePort}/domains
      ${curl} -d 192.168.122.167 localhost:${servicePort}/clusterip`);
    return { machine, url: `http://default:${token}@127.0.0.1:${servicePort}` };
  } catch (error) {
    await machine[Symbol.asyncDispose]();
    throw error;
  }
}

const many = Array.from({ length: 12 }, (_, index) => `name-${index}`);

describe("ExternalDNS stays up", () => {
  test("through 20 restarts and reloads while names come", async () => {
    await using scene = await openServiceScene();
    const restarts = scene.machine.shell(`
      for turn in $(seq 20); do
        systemctl restart hostsfile-server.service
        systemctl reload hostsfile-server.service
        sleep 0.3
      done`);
    for (const name of many) await scene.want(name);
    await restarts;
    await scene.resolves(...many);
    await scene.externalDNS.settled();
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test("through upgrades by install", async () => {
    await using scene = await openServiceScene(bootInstalledService);
    const { machine } = scene;
    for (const name of many.slice(0, 5)) {
      const changed = machine.shell(`
        echo '// ${name}' >>${checkoutInside}/dist/hostsfile-server.js
        ${checkoutInside}/hostsfile-server install --yes`);
      await scene.want(name);
      expect(await changed).toContain("copy    the program");
    }
    await scene.resolves(...many.slice(0, 5));
    await scene.externalDNS.settled();
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test("through kills, as long as none of its requests is in flight", async () => {
    await using scene = await openServiceScene();
    for (const name of many.slice(0, 5)) {
      await scene.want(name);
      await scene.externalDNS.settled();
      await kill(scene.machine);
    }
    await scene.resolves(...many.slice(0, 5));
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test("or falls with a request that a kill cut off, but is never refused", async () => {
    await using scene = await openServiceScene();
    const kills = (async () => {
      for (let turn = 0; turn < 25; turn += 1) {
        await kill(scene.machine);
        await sleep(turn * 20);
      }
    })();
    for (const name of many) await scene.want(name);
    await kills;
    await scene.resolves(...many);
    expect(scene.externalDNS.log()).not.toMatch(/refused/i);
    for (const { lastWords } of scene.externalDNS.exits) expect(lastWords).toMatch(/EOF|reset by peer/);
  });
});

/** Kills the server once it runs. */
async function kill(machine: Machine): Promise<void> {
  await eventually(async () => machine.shell("systemctl kill -s KILL --kill-who=main hostsfile-server.service"));
}

describe("a suspended machine", () => {
  test("resolves what it knew at once, and catches up with what changed meanwhile", async () => {
    await using scene = await openServiceScene();
    await scene.want("stays", "goes");
    await scene.resolves("stays", "goes");
    await scene.machine.freeze();
    await scene.want("comes");
    await scene.namespace.remove("ingress", "goes");
    await sleep(5000);
    await scene.machine.thaw();
    expect(await scene.machine.shell("getent hosts stays.dtk.io")).toContain("192.168.122.167");
    await scene.resolves("stays", "comes");
    // It waited for its answer, as a freeze is shorter than its patience.
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test("for longer than ExternalDNS waits: it falls, and its next start finds everything as it was", async () => {
    await using scene = await openServiceScene();
    await scene.want("stays");
    await scene.resolves("stays");
    await scene.machine.freeze();
    await scene.want("comes");
    await eventually(() => assert.notDeepEqual(scene.externalDNS.exits, []));
    // Held still until it was silent for long, as by Kubernetes' back-off; before that its next process has to be there.
    await sleep(2000);
    await scene.externalDNS.suspended(async () => {
      await scene.machine.thaw();
      expect(await scene.machine.shell("getent hosts stays.dtk.io")).toContain("192.168.122.167");
      await eventually(
        async () =>
          assert.match(
            await scene.machine.shell(`${program}/node ${program}/hostsfile-server.js status || true`),
            /kubectl -n external-dns rollout restart/,
          ),
        { timeoutMs: 600_000, intervalMs: 5000 },
      );
    });
    await scene.resolves("stays", "comes");
    for (const { lastWords } of scene.externalDNS.exits) expect(lastWords).toMatch(/Timeout|deadline/);
  }, 900_000);
});
