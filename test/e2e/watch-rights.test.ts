/** What the watcher may and may not do in a real cluster: credentials that end, rights that are narrow, and programs that log in or do not. */
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type TLSSocket, connect, createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readerRoleName } from "../../src/contract/watch-trouble.ts";
import { reportSchema } from "../../src/doctor/report.ts";
import { type APIServer, startAPIServer } from "../cluster/api-server.ts";
import { openSigner, type validities } from "../cluster/certificates.ts";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { accountToken, kubeconfigWith } from "../cluster/kubeconfigs.ts";
import { type Namespace, openNamespace } from "../cluster/kubernetes.ts";
import { run } from "../cluster/program.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";
import { startWatcher } from "../cluster/watcher.ts";
import { type WatchScene, openWatchScene, scratchPath } from "../cluster/watch-scene.ts";

const launcher = join(import.meta.dirname, "../../hostsfile-server");

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

/** Waits until doctor finds this of the rights; it knows no more than the watcher has reported. */
async function finds({ desktop, server }: WatchScene, kubeconfig: string, ...words: readonly RegExp[]): Promise<void> {
  const place = [`--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`];
  const at = [`--port=${server.port}`, "--host=127.0.0.1", `--kubeconfig=${kubeconfig}`];
  const doctor = [...desktop.enter, launcher, "doctor", "--json", ...at, ...place];
  await eventually(async () => {
    const report = reportSchema.parse(JSON.parse(await run(["sh", "-c", '"$@" || true', "sh", ...doctor])));
    const findings = report.checks.find(({ id }) => id === "watcher-kinds")?.findings ?? [];
    const text = findings.map(({ grade, message }) => `${grade} ${message}`).join("\n");
    for (const each of words) expect(text).toMatch(each);
  });
}

const everyRight = /^ok The watcher has every right that it needs in lab\.$/m;

describe("rights", () => {
  test("for the whole cluster, as --print-rbac has them, also while the API server starts again", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace(api.kubeconfig);
    const role = await run([...desktop.enter, launcher, "watch", "--print-rbac"]);
    await namespace.apply(role);
    const token = await accountToken(api.kubeconfig, { name: "reader", namespace: namespace.name, rules: [] });
    await namespace.kubectl(
      "create",
      "clusterrolebinding",
      "reader",
      `--clusterrole=${readerRoleName}`,
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
    for (const signal of ["SIGKILL", "SIGTERM", "SIGKILL"] as const) await api.restart(signal);
    await eventually(() => apply(namespace, "again"));
    await watch.linesAre(["127.0.0.1 again.dtk.io", "127.0.0.1 whole.dtk.io"]);
    expect(watch.watcher().log()).not.toContain("forbidden");
    await finds(watch, kubeconfig, everyRight);
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
    await finds(
      watch,
      kubeconfig,
      /^warning The watcher may not read Node v1.* of lab, so that it does not follow them\.$/m,
      /^note The watcher has part of the rights in lab\. It may read Ingress v1, .* in \S+ alone,/m,
      /It may not read the namespace kube-system, .*It may not follow customresourcedefinitions, /,
    );
  });

  test("none, and those that doctor names later", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace(api.kubeconfig);
    const given = { name: "nobody", namespace: namespace.name };
    const token = await accountToken(api.kubeconfig, { ...given, rules: [] });
    const kubeconfig = await writeConfig(desktop, { user: { token }, namespace: namespace.name });
    await apply(namespace, "late");
    const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
    await using watch = await openWatchScene({ desktop, kubeconfig, flags });
    await watch.says(new RegExp(`Names of ingresses are not followed in ${namespace.name}`));
    expect(await desktop.added()).toEqual([]);
    await finds(watch, kubeconfig, /^warning The watcher may not read Ingress v1, .* of lab,/m);
    await namespace.apply(await run([...desktop.enter, launcher, "watch", "--print-rbac"]));
    const account = `--serviceaccount=${namespace.name}:nobody`;
    await namespace.kubectl("create", "clusterrolebinding", "late", `--clusterrole=${readerRoleName}`, account);
    process.kill(watch.watcher().pid, "SIGHUP");
    await watch.linesAre(["127.0.0.1 late.dtk.io"]);
    await finds(watch, kubeconfig, everyRight);
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
    await finds(
      watch,
      kubeconfig,
      /^warning The watcher has part of the rights in lab\. It may list Ingress v1, .* and not watch them, /m,
    );
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

test("a client certificate that has expired, and a new one in the same file", async () => {
  await using desktop = await openDesktop();
  const namespace = await openNamespace(api.kubeconfig);
  const signer = await openSigner(scratchPath(desktop, "user"), "/O=system:masters/CN=certified", api.users);
  const user = { "client-certificate": await signer.sign("valid"), "client-key": signer.key };
  const kubeconfig = await writeConfig(desktop, { user });
  await apply(namespace, "certified");
  await using watch = await openWatchScene({
    desktop,
    kubeconfig,
    flags: ["--domains=dtk.io", `--namespace=${namespace.name}`],
  });
  await watch.linesAre(["127.0.0.1 certified.dtk.io"]);
  await signer.sign("over");
  await api.restart("SIGKILL");
  await watch.says(/does not take the credentials of the kubeconfig: Unauthorized/);
  expect(await desktop.added()).toEqual(["127.0.0.1 certified.dtk.io"]);
  await signer.sign("valid");
  await apply(namespace, "renewed");
  await watch.linesAre(["127.0.0.1 certified.dtk.io", "127.0.0.1 renewed.dtk.io"]);
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

/** A front of the API server with a certificate of its own, as some clusters have it. */
async function openFront(desktop: Desktop): Promise<Front> {
  const signer = await openSigner(scratchPath(desktop, "front"), "/CN=front");
  const make = async (validity: keyof typeof validities): Promise<{ key: Buffer; cert: Buffer; path: string }> => {
    const path = await signer.sign(validity);
    return { key: await readFile(signer.key), cert: await readFile(path), path };
  };
  const first = await make("valid");
  const authority = await readFile(api.authority);
  const sockets = new Set<TLSSocket>();
  const server = createServer(first, (caller) => {
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
    certificate: first.path,
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
