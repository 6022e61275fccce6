/** The watch token with the built program: what a user's watcher can do with it, and each thing that it cannot. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type SimulatedAPI, startSimulatedAPI } from "../src/sources/kubernetes/simulated-api.ts";
import { ingressKind } from "../src/sources/kubernetes/translate/ingress.ts";
import { kinds } from "../src/sources/kubernetes/translate/kinds.ts";
import { curl } from "./support/http.ts";
import { type Finished, type RunningProduct, runProduct, startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const adminToken = "0123456789abcdef0123456789abcdef";

interface Scene extends AsyncDisposable {
  readonly api: SimulatedAPI;
  readonly server: RunningProduct;
  /** Text of the hosts file. */
  readonly hosts: () => Promise<string>;
  /** Runs a command with the token of a user, or with the admin token. */
  readonly run: (who: string, ...words: readonly string[]) => Promise<Finished>;
  /** Runs `watch --once` with the kubeconfig, whose context is `kind-a`. */
  readonly watch: (who: string, ...flags: readonly string[]) => Promise<Finished>;
  readonly file: (who: string) => string;
  readonly tokenOf: (who: string) => Promise<string>;
}

async function open(...flags: readonly string[]): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder());
  const hosts = join(folder.path, "hosts");
  const kubeconfig = join(folder.path, "kubeconfig");
  const file = (who: string): string => join(folder.path, `token-${who}`);
  await writeFile(file("admin"), adminToken);
  await writeFile(hosts, "127.0.0.1 localhost\n");
  for (const user of ["dev", "ann"]) {
    const { output } = await runProduct(["token", `--watcher=${user}`, `--token-file=${file("admin")}`]);
    await writeFile(file(user), output, { mode: 0o600 });
  }
  const api = stack.use(await startSimulatedAPI(kinds));
  api.apply(ingressKind, { metadata: { name: "a", namespace: "n" }, spec: { rules: [{ host: "foo.dtk.io" }] } });
  await writeFile(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: "c", cluster: { server: api.url } }],
      users: [{ name: "u", user: {} }],
      contexts: [{ name: "kind-a", context: { cluster: "c", user: "u" } }],
    }),
  );
  const place = [`--hosts-file=${hosts}`, `--state-dir=${join(folder.path, "state")}`];
  const server = stack.use(
    await startProduct(["--host=127.0.0.1", ...place, `--token-file=${file("admin")}`, ...flags]),
  );
  const run: Scene["run"] = async (who, command = "", ...words) => {
    const at = [`--port=${server.port}`, `--token-file=${file(who)}`];
    const environment = { HOME: folder.path, KUBECONFIG: kubeconfig, XDG_STATE_HOME: join(folder.path, who) };
    return runProduct([command, ...at, ...words], { environment });
  };
  const owned = stack.move();
  return {
    api,
    server,
    hosts: async () => readFile(hosts, "utf8"),
    run,
    watch: async (who, ...words) => run(who, "watch", "--once", "--host=127.0.0.1", ...words),
    file,
    tokenOf: async (who) => (await readFile(file(who), "utf8")).trim(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("a user's watcher feeds a cluster with its token", async () => {
  await using scene = await open("--domains=dtk.io");
  const first = await scene.watch("dev");
  expect([first.exitCode, first.talk]).toEqual([0, expect.stringContaining("+ foo.dtk.io")]);
  expect(await scene.hosts()).toContain("\n127.0.0.1 foo.dtk.io\n");
  scene.api.remove(ingressKind, "n/a");
  expect((await scene.watch("dev")).exitCode).toBe(0);
  expect(await scene.hosts()).toBe("127.0.0.1 localhost\n");
  expect(await scene.tokenOf("dev")).toMatch(/^watch\/dev\/[\w-]{43}$/);
});

test("it cannot touch another user's cluster, not even of the same name", async () => {
  await using scene = await open("--domains=dtk.io");
  expect((await scene.watch("dev")).exitCode).toBe(0);
  const { exitCode, talk } = await scene.watch("ann");
  const sentence = "The cluster kind-a is fed by the watcher of dev, so that of ann may not touch it.";
  expect([exitCode, talk]).toEqual([3, expect.stringContaining(sentence)]);
  expect(await scene.hosts()).toContain("foo.dtk.io");
});

test("it cannot have names in other domains than the server's owner allows", async () => {
  await using scene = await open("--domains=dtk.io", "--watch-domains=apps.io");
  const { exitCode, talk } = await scene.watch("dev", "--domains=dtk.io");
  expect([exitCode, talk]).toEqual([
    3,
    expect.stringContaining("Watchers may not have names in dtk.io, but in these domains: apps.io."),
  ]);
  scene.api.apply(ingressKind, { metadata: { name: "b", namespace: "n" }, spec: { rules: [{ host: "b.apps.io" }] } });
  expect((await scene.watch("dev")).exitCode).toBe(0);
  expect(await scene.hosts()).toMatch(/^127\.0\.0\.1 b\.apps\.io$/m);
  expect(await scene.hosts()).not.toContain("foo.dtk.io");
});

test("it cannot use any other command, nor any request to the paths of others", async () => {
  await using scene = await open("--domains=dtk.io");
  expect((await scene.watch("dev")).exitCode).toBe(0);
  const before = await scene.hosts();
  for (const words of [["status"], ["adopt", "--yes"], ["open", "--print"], ["export"]]) {
    const { exitCode, talk } = await scene.run("dev", ...words, "--host=127.0.0.1");
    expect([words, exitCode, talk]).toEqual([words, 3, expect.stringContaining("requires a token")]);
  }
  const headers = { authorization: `Bearer ${await scene.tokenOf("dev")}` };
  const ask = async (request: string): Promise<number> => {
    const [method = "", path = ""] = request.split(" ");
    const body = method === "POST" ? { body: "evil.io" } : {};
    return (await curl(scene.server.url + path, { method, headers, ...body })).status;
  };
  const requests = ["POST /domains", "POST /clusterip", "POST /targets", "DELETE /domains/dtk.io", "POST /records"];
  for (const request of requests) {
    expect([request, await ask(request)]).toEqual([request, 401]);
    const ofWatcher = request.replace(" ", " /watchers/dev/clusters/default");
    expect([ofWatcher, await ask(ofWatcher)]).toEqual([ofWatcher, 403]);
  }
  const others = ["DELETE /clusters", "DELETE /clusters/kind-a", "POST /clusters/kind-a/domains", "POST /adopt"];
  for (const request of [...others, "GET /watchers/ann/domains", "DELETE /watchers/ann/clusters/kind-a"]) {
    expect([request, await ask(request)]).toEqual([request, 401]);
  }
  expect(await scene.hosts()).toBe(before);
  expect((await scene.run("admin", "status", "--host=127.0.0.1")).output).toContain("foo.dtk.io");
});

test("a server that does not know the token gets neither it nor the request", async () => {
  await using scene = await open("--domains=dtk.io");
  const token = await scene.tokenOf("dev");
  await writeFile(
    scene.file("dev"),
    token.replace(/.$/, (last) => (last === "A" ? "B" : "A")),
  );
  const { exitCode, talk } = await scene.watch("dev");
  expect([exitCode, talk]).toEqual([3, expect.stringContaining("does not prove that it knows the token in")]);
  expect(await scene.hosts()).toBe("127.0.0.1 localhost\n");
});
