/** `hostsfile-server watch` as a user types it: from an object to a line, and one clear sentence for everything that is wrong. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startSimulatedAPI } from "../src/sources/kubernetes/simulated-api.ts";
import { ingressKind } from "../src/sources/kubernetes/translate/ingress.ts";
import { kinds } from "../src/sources/kubernetes/translate/kinds.ts";
import { type Finished, runProduct, startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

interface Context {
  readonly name: string;
  readonly server: string;
  readonly user?: object;
}

function kubeconfigOf(...contexts: readonly Context[]): string {
  return JSON.stringify({
    kind: "Config",
    clusters: contexts.map(({ name, server }) => ({ name, cluster: { server } })),
    users: contexts.map(({ name, user = {} }) => ({ name, user })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });
}

interface Scene extends Disposable {
  readonly folder: string;
  /** Runs `watch --once` with this kubeconfig. */
  readonly once: (kubeconfig: string | undefined, ...flags: readonly string[]) => Promise<Finished>;
}

function open(): Scene {
  const folder = temporaryFolder();
  const environment = { HOME: folder.path, KUBECONFIG: "", XDG_STATE_HOME: folder.path };
  return {
    folder: folder.path,
    once: async (kubeconfig, ...flags) => {
      const path = join(folder.path, "kubeconfig");
      if (kubeconfig !== undefined) await writeFile(path, kubeconfig);
      return runProduct(["watch", "--once", `--kubeconfig=${path}`, ...flags], { environment });
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const foo = { metadata: { name: "test", namespace: "default" }, spec: { rules: [{ host: "foo.dtk.io" }] } };

test("an Ingress becomes a line, and its going takes the line away", async () => {
  using scene = open();
  await using api = await startSimulatedAPI(kinds);
  const hostsFile = join(scene.folder, "hosts");
  await writeFile(hostsFile, "127.0.0.1 localhost\n");
  await using server = await startProduct([
    "--host=127.0.0.1",
    `--hosts-file=${hostsFile}`,
    `--state-dir=${join(scene.folder, "state")}`,
  ]);
  const kubeconfig = kubeconfigOf({ name: "kind-a", server: api.url });
  const flags = [`--port=${server.port}`, "--host=127.0.0.1", "--domains=dtk.io"];
  api.apply(ingressKind, foo);
  const first = await scene.once(kubeconfig, ...flags);
  expect([first.exitCode, first.talk]).toEqual([
    0,
    expect.stringContaining("kind-a: + foo.dtk.io (ingress/default/test)"),
  ]);
  expect(await readFile(hostsFile, "utf8")).toContain("\n127.0.0.1 foo.dtk.io\n");
  api.remove(ingressKind, "default/test");
  expect((await scene.once(kubeconfig, ...flags)).exitCode).toBe(0);
  expect(await readFile(hostsFile, "utf8")).toBe("127.0.0.1 localhost\n");
});

test("a dry run says what would be handed in, and needs no server", async () => {
  using scene = open();
  await using api = await startSimulatedAPI(kinds);
  api.apply(ingressKind, foo);
  const { exitCode, talk } = await scene.once(
    kubeconfigOf({ name: "kind-a", server: api.url }),
    "--dry-run",
    "--domains=dtk.io",
  );
  expect([exitCode, talk]).toEqual([0, expect.stringContaining("+ foo.dtk.io")]);
});

test("the rights that are needed are a manifest", async () => {
  const { exitCode, output } = await runProduct(["watch", "--print-rbac"]);
  expect(exitCode).toBe(0);
  expect(output).toContain('- {apiGroups: ["networking.k8s.io"], resources: [ingresses], verbs: [list, watch]}');
});

const away = { name: "kind-a", server: "http://127.0.0.1:1" };
const elsewhere = { name: "production", server: "https://api.example.com" };
const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "/bin/false" };
const sso = { name: "sso", server: "https://127.0.0.1:1", user: { exec } };
const gone = { name: "gone", server: "https://127.0.0.1:1", user: { "client-certificate": "gone.crt" } };

test.each<[string, string | undefined, readonly string[], number, string]>([
  ["no kubeconfig", undefined, [], 3, "Name one with --kubeconfig FILE or in $KUBECONFIG."],
  ["broken YAML", "{{{", [], 3, "cannot be read: "],
  [
    "an unknown context",
    kubeconfigOf(away),
    ["--context=other"],
    3,
    'No kubeconfig has a context "other"; there is kind-a.',
  ],
  [
    "an API server that is away",
    kubeconfigOf(away),
    ["--dry-run"],
    3,
    "The cluster at http://127.0.0.1:1 does not answer",
  ],
  [
    "no cluster of this desktop",
    kubeconfigOf(elsewhere),
    ["--dry-run"],
    3,
    "production is not watched. https://api.example.com is not on this desktop. To watch it, add --context=production",
  ],
  ["a login program", kubeconfigOf(sso), ["--dry-run"], 3, "sso is not watched. Its credentials come from a program"],
  [
    "a login program that fails",
    kubeconfigOf(sso),
    ["--dry-run", "--context=sso"],
    3,
    "The login program of the kubeconfig ended with 1: /bin/false",
  ],
  [
    "a certificate that is not there",
    kubeconfigOf(gone),
    ["--dry-run"],
    3,
    "What the context gone names cannot be read: ENOENT",
  ],
  ["a port that is none", kubeconfigOf(away), ["--port=x"], 2, '"x" is not a port'],
])("%s is said in one sentence", async (_what, kubeconfig, flags, exitCode, sentence) => {
  using scene = open();
  const result = await scene.once(kubeconfig, ...flags);
  expect(result.talk).toContain(sentence);
  expect(result.talk).not.toMatch(/\bat .*\.(?:js|ts):\d|config\.yaml/);
  expect(result.exitCode).toBe(exitCode);
});

test("no server, one without a domain, and sudo, each in one sentence", async () => {
  using scene = open();
  await using api = await startSimulatedAPI(kinds);
  const kubeconfig = kubeconfigOf({ name: "kind-a", server: api.url });
  const none = await scene.once(kubeconfig, "--port=1", "--host=127.0.0.1", "--domains=dtk.io");
  expect([none.exitCode, none.talk]).toEqual([
    3,
    expect.stringContaining("No hostsfile-server answers on port 1 of 127.0.0.1."),
  ]);
  await using server = await startProduct([
    "--host=127.0.0.1",
    `--hosts-file=${join(scene.folder, "hosts")}`,
    `--state-dir=${join(scene.folder, "state")}`,
  ]);
  const bare = await scene.once(kubeconfig, `--port=${server.port}`, "--host=127.0.0.1");
  expect([bare.exitCode, bare.talk]).toEqual([3, expect.stringContaining("hostsfile-server watch --domains=dtk.io")]);
});

test.each<[string, (path: string) => number | undefined, number, readonly string[]]>([
  [
    "credentials that the API server does not know",
    () => 401,
    3,
    ["The cluster at ", "does not take the credentials of the kubeconfig: simulated 401."],
  ],
  [
    "missing rights",
    (path) => (path.includes("/ingresses") ? 403 : undefined),
    0,
    ["kind-a: simulated 403. Names of ingresses are not followed in the whole cluster."],
  ],
])("%s: one sentence, once", async (_what, refusal, exitCode, sentences) => {
  using scene = open();
  await using api = await startSimulatedAPI(kinds);
  api.refusal = ({ url = "" }) => refusal(url);
  const result = await scene.once(kubeconfigOf({ name: "kind-a", server: api.url }), "--dry-run", "--domains=dtk.io");
  for (const sentence of sentences) expect(result.talk.split(sentence)).toHaveLength(2);
  expect(result.exitCode).toBe(exitCode);
});

test("a wrong token for the server is said in one sentence", async () => {
  using scene = open();
  await using api = await startSimulatedAPI(kinds);
  const [right, wrong] = [join(scene.folder, "right"), join(scene.folder, "wrong")];
  await writeFile(right, `${"a".repeat(64)}\n`, { mode: 0o600 });
  await writeFile(wrong, `${"b".repeat(64)}\n`, { mode: 0o600 });
  await using server = await startProduct([
    "--host=127.0.0.1",
    `--hosts-file=${join(scene.folder, "hosts")}`,
    `--state-dir=${join(scene.folder, "state")}`,
    `--token-file=${right}`,
  ]);
  const place = [`--port=${server.port}`, "--host=127.0.0.1", `--token-file=${wrong}`, "--domains=dtk.io"];
  const { exitCode, talk } = await scene.once(kubeconfigOf({ name: "kind-a", server: api.url }), ...place);
  expect(talk.split(`does not prove that it knows the token in ${wrong}`)).toHaveLength(2);
  expect(talk).not.toMatch(/\bat .*\.(?:js|ts):\d/);
  expect(exitCode).toBe(3);
});

test("objects with rubbish in them are named, and the others count", async () => {
  using scene = open();
  await using api = await startSimulatedAPI(kinds);
  api.apply(ingressKind, {
    metadata: { name: "bad", namespace: "default" },
    spec: { rules: [{ host: "-x-.dtk.io y" }, { host: "ok.dtk.io" }, 7] },
  });
  const { exitCode, talk } = await scene.once(
    kubeconfigOf({ name: "kind-a", server: api.url }),
    "--dry-run",
    "--domains=dtk.io",
  );
  expect([exitCode, talk]).toEqual([0, expect.stringContaining("+ ok.dtk.io")]);
  expect(talk).toContain("Ingress default/bad: ");
});
