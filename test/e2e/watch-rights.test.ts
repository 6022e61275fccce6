/** What the watcher may and may not do in a real cluster: credentials that end, rights that are narrow, and programs that log in or do not. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TLSSocket, connect, createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type APIServer, startAPIServer } from "../cluster/api-server.ts";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { accountToken, kubeconfigWith } from "../cluster/kubeconfigs.ts";
import { type Namespace, openNamespace } from "../cluster/kubernetes.ts";
import { run } from "../cluster/program.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";
import { startWatcher } from "../cluster/watcher.ts";
import { openWatchScene, scratchPath } from "../cluster/watch-scene.ts";

let api: APIServer;
beforeAll(async () => {
  api = await startAPIServer();
});
afterAll(async () => api[Symbol.asyncDispose]());

const all = [{ resources: ["*"], verbs: ["get", "list", "watch"] }];

async function apply({ apply: applyTo }: Namespace, name: string): Promise<void> {
  await applyTo(ingress({ name, hosts: [`${name}.dtk.io`] }));
}

/** Writes a kubeconfig with one context, and returns its path. */
async function writeConfig(
  desktop: Desktop,
  given: { readonly user: object; readonly namespace?: string },
): Promise<string> {
  const path = scratchPath(desktop, "kubeconfig");
  const server = `https://127.0.0.1:${api.port}`;
  await writeFile(path, kubeconfigWith({ name: "lab", server, authority: api.authority, ...given }));
  return path;
}

describe("rights", () => {
  test("for the whole cluster, as --print-rbac has them", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace(api.kubeconfig);
    const role = await run([
      ...desktop.enter,
      join(import.meta.dirname, "../../hostsfile-server"),
      "watch",
      "--print-rbac",
    ]);
    await namespace.apply(role);
    const token = await accountToken(api.kubeconfig, { name: "reader", namespace: namespace.name, rules: [] });
    const name = /name: ([\w-]+)/.exec(role)?.[1] ?? "";
    await namespace.kubectl(
      "create",
      "clusterrolebinding",
      "reader",
      `--clusterrole=${name}`,
      `--serviceaccount=${namespace.name}:reader`,
    );
    const kubeconfig = await writeConfig(desktop, { user: { token } });
    await using watch = await openWatchScene({
      desktop,
      kubeconfig,
      flags: ["--domains=dtk.io", `--namespace=${namespace.name}`],
    });
    await apply(namespace, "whole");
    await watch.linesAre(["127.0.0.1 whole.dtk.io"]);
    expect(watch.watcher().log()).not.toContain("forbidden");
  });

  test("for one namespace: that one is followed", async () => {
    await using desktop = await openDesktop();
    const [own, other] = [await openNamespace(api.kubeconfig), await openNamespace(api.kubeconfig)];
    const token = await accountToken(api.kubeconfig, { name: "team", namespace: own.name, rules: all });
    const kubeconfig = await writeConfig(desktop, { user: { token }, namespace: own.name });
    await using watch = await openWatchScene({ desktop, kubeconfig });
    await apply(own, "own");
    await apply(other, "other");
    await watch.linesAre(["127.0.0.1 own.dtk.io"]);
    await own.remove("ingress", "own");
    await watch.linesAre([]);
    expect(watch.watcher().log()).toMatch(/Names of ingresses are not followed in the whole cluster/);
  });

  test("none, and some later", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace(api.kubeconfig);
    const given = { name: "nobody", namespace: namespace.name };
    const token = await accountToken(api.kubeconfig, { ...given, rules: [] });
    const kubeconfig = await writeConfig(desktop, { user: { token }, namespace: namespace.name });
    await apply(namespace, "late");
    await using watch = await openWatchScene({ desktop, kubeconfig });
    await watch.says(new RegExp(`Names of ingresses are not followed in ${namespace.name}`));
    expect(await desktop.added()).toEqual([]);
    await accountToken(api.kubeconfig, { ...given, rules: all });
    process.kill(watch.watcher().pid, "SIGHUP");
    await watch.linesAre(["127.0.0.1 late.dtk.io"]);
    expect(watch.watcher().exit()).toBeUndefined();
  });

  test("to list without watching: names follow now and then", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace(api.kubeconfig);
    const rules = [{ resources: ["*"], verbs: ["get", "list"] }];
    const token = await accountToken(api.kubeconfig, {
      name: "lister",
      namespace: namespace.name,
      rules,
      everywhere: true,
    });
    const kubeconfig = await writeConfig(desktop, { user: { token } });
    await apply(namespace, "listed");
    await using watch = await openWatchScene({
      desktop,
      kubeconfig,
      flags: ["--domains=dtk.io", `--namespace=${namespace.name}`],
    });
    await watch.linesAre(["127.0.0.1 listed.dtk.io"]);
    await watch.says(/Names of ingresses .* follow every 30 seconds/);
    await apply(namespace, "more");
    process.kill(watch.watcher().pid, "SIGHUP");
    await watch.linesAre(["127.0.0.1 listed.dtk.io", "127.0.0.1 more.dtk.io"]);
    expect([
      ...watch
        .watcher()
        .log()
        .matchAll(/Names of ingresses/g),
    ]).toHaveLength(1);
  });
});

describe("credentials", () => {
  test("a token whose user goes, and a new one in the same file", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace(api.kubeconfig);
    const given = { name: "rotated", namespace: namespace.name, rules: all };
    const file = scratchPath(desktop, "token");
    await writeFile(file, await accountToken(api.kubeconfig, given));
    const kubeconfig = await writeConfig(desktop, { user: { tokenFile: "token" }, namespace: namespace.name });
    await apply(namespace, "first");
    await using watch = await openWatchScene({ desktop, kubeconfig });
    await watch.linesAre(["127.0.0.1 first.dtk.io"]);
    await namespace.remove("serviceaccount", "rotated");
    // A watch is asked who it is when it begins.
    await api.restart("SIGKILL");
    await watch.says(/does not take the credentials of the kubeconfig: Unauthorized/);
    expect(await desktop.added()).toEqual(["127.0.0.1 first.dtk.io"]);
    await writeFile(file, await accountToken(api.kubeconfig, given));
    await apply(namespace, "second");
    await watch.linesAre(["127.0.0.1 first.dtk.io", "127.0.0.1 second.dtk.io"]);
  });

  test("a certificate of the server that has expired", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace(api.kubeconfig);
    await apply(namespace, "held");
    await using front = await openFront(desktop);
    const path = scratchPath(desktop, "kubeconfig");
    const server = `https://127.0.0.1:${front.port}`;
    await writeFile(path, kubeconfigWith({ name: "lab", server, authority: front.certificate }));
    await using watch = await openWatchScene({
      desktop,
      kubeconfig: path,
      flags: ["--domains=dtk.io", `--namespace=${namespace.name}`],
    });
    await watch.linesAre(["127.0.0.1 held.dtk.io"]);
    await front.show("over");
    await watch.says(/does not answer: certificate has expired/);
    expect(await desktop.added()).toEqual(["127.0.0.1 held.dtk.io"]);
    await front.show("valid");
    await apply(namespace, "back");
    await watch.linesAre(["127.0.0.1 back.dtk.io", "127.0.0.1 held.dtk.io"]);
  });
});

describe("a program that logs in", () => {
  test("fails, prints rubbish, hangs, logs in, and is not allowed", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace(api.kubeconfig);
    await apply(namespace, "logged");
    const home = scratchPath(desktop, "home");
    await mkdir(join(home, ".kube"), { recursive: true });
    const program = join(home, "login");
    await writeFile(program, `#!/bin/sh\n. ${home}/mode\n`);
    await chmod(program, 0o755);
    const mode = async (text: string): Promise<void> => writeFile(join(home, "mode"), text);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: program, interactiveMode: "IfAvailable" };
    const kubeconfig = await writeConfig(desktop, { user: { exec } });
    const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`, "--context=lab"];
    await using server = await startServer({ desktop, flags: [] });
    const given = { desktop, server, kubeconfig, flags, environment: { HOME: home } };

    await mode("echo Your session is over. >&2; exit 7");
    await using first = await startWatcher({ ...given, until: /ended with 7: Your session is over: / });
    const says = async (words: RegExp): Promise<void> => {
      process.kill(first.pid, "SIGHUP");
      await eventually(() => expect(first.log()).toMatch(words));
    };
    await mode("echo '<html>'");
    await says(/printed something else than an ExecCredential/);
    await mode(`echo $$ >${home}/pid; sleep 600`);
    process.kill(first.pid, "SIGHUP");
    const pid = await eventually(async () => {
      const text = await readFile(join(home, "pid"), "utf8");
      expect(text).not.toBe("");
      return Number(text);
    });
    expect(await first.stop()).toMatchObject({ code: 0 });
    await eventually(() => expect(isAlive(pid)).toBe(false));

    const { apiVersion } = exec;
    const credential = { kind: "ExecCredential", apiVersion, status: { token: "administrator-token" } };
    await mode(`echo '${JSON.stringify(credential)}'`);
    await using second = await startWatcher(given);
    await linesAre(desktop, ["127.0.0.1 logged.dtk.io"]);
    await second.stop();

    const denyAll = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\ncredentialPluginPolicy: DenyAll\n";
    await writeFile(join(home, ".kube", "kuberc"), denyAll);
    await using third = await startWatcher({ ...given, until: /kubectl's preferences do not allow the login program/ });
    expect(third.exit()).toBeUndefined();
    expect(await desktop.added()).toEqual(["127.0.0.1 logged.dtk.io"]);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

interface Front extends AsyncDisposable {
  readonly port: number;
  readonly certificate: string;
  /** Shows a new certificate and cuts every connection. */
  readonly show: (validity: keyof typeof validities) => Promise<void>;
}

const validities = {
  valid: ["20200101000000Z", "20990101000000Z"],
  over: ["20200101000000Z", "20200102000000Z"],
} as const;

/** A front of the API server with a certificate of its own, as some clusters have it. */
async function openFront(desktop: Desktop): Promise<Front> {
  const folder = scratchPath(desktop, "front");
  await mkdir(join(folder, "new"), { recursive: true });
  const [key, request, certificate] = ["key", "csr", "crt"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const settings = join(folder, "settings");
  await writeFile(
    settings,
    `[ca]\ndefault_ca=own\n[own]\ndatabase=${folder}/index\nnew_certs_dir=${folder}/new\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n[more]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=CA:TRUE\n`,
  );
  await run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", request, "-subj", "/CN=front"]);
  const make = async (validity: keyof typeof validities): Promise<{ key: Buffer; cert: Buffer }> => {
    const [from, to] = validities[validity];
    await writeFile(join(folder, "index"), "");
    const sign = [
      "-selfsign",
      "-keyfile",
      key,
      "-in",
      request,
      "-out",
      certificate,
      "-startdate",
      from,
      "-enddate",
      to,
    ];
    await run(["openssl", "ca", "-config", settings, "-batch", "-notext", "-extensions", "more", ...sign]);
    return { key: await readFile(key), cert: await readFile(certificate) };
  };
  const authority = await readFile(api.authority);
  const sockets = new Set<TLSSocket>();
  const server = createServer(await make("valid"), (caller) => {
    const answerer = connect({ host: "127.0.0.1", port: api.port, ca: authority });
    for (const socket of [caller, answerer]) {
      sockets.add(socket.on("error", () => [caller, answerer].map((either) => either.destroy())));
      socket.on("close", () => [caller, answerer].map((either) => either.destroy()));
    }
    caller.pipe(answerer).pipe(caller);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    certificate,
    show: async (validity) => {
      server.setSecureContext(await make(validity));
      cut();
    },
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}
