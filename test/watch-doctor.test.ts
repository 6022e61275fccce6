/** doctor with the built program on a cluster that a real watcher feeds: the watcher is stopped for real, started again as doctor says, and a name is traced. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Report, reportSchema } from "../src/doctor/report.ts";
import { startSimulatedAPI } from "../src/sources/kubernetes/simulated-api.ts";
import { ingressKind } from "../src/sources/kubernetes/translate/ingress.ts";
import { kinds } from "../src/sources/kubernetes/translate/kinds.ts";
import { runProduct, startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const patience = { timeout: 30_000, interval: 200 };

function stepsOf({ checks }: Report): readonly string[] {
  return checks.map(({ id, grade, findings }) => `${id} ${grade}${findings[0]?.code ? ` ${findings[0].code}` : ""}`);
}

test("a watcher that was stopped is named with what starts it, and that repairs it", { timeout: 120_000 }, async () => {
  using folder = temporaryFolder();
  await using api = await startSimulatedAPI(kinds);
  const kubeconfig = join(folder.path, "kubeconfig");
  const cluster = { name: "kind-a", cluster: { server: api.url } };
  const context = { name: "kind-a", context: { cluster: "kind-a", user: "u" } };
  const config = { clusters: [cluster], users: [{ name: "u", user: {} }], contexts: [context] };
  await writeFile(kubeconfig, JSON.stringify({ ...config, "current-context": "kind-a" }));
  api.apply(ingressKind, { metadata: { name: "test", namespace: "shop" }, spec: { rules: [{ host: "foo.dtk.io" }] } });
  const place = [`--hosts-file=${join(folder.path, "hosts")}`, `--state-dir=${join(folder.path, "state")}`];
  await writeFile(join(folder.path, "hosts"), "127.0.0.1 localhost\n");
  await using server = await startProduct(["--host=127.0.0.1", "--domains=dtk.io", ...place]);
  const environment = { HOME: folder.path, XDG_STATE_HOME: folder.path, KUBECONFIG: kubeconfig };
  const at = [`--port=${server.port}`, "--host=127.0.0.1"];
  const doctor = async (...words: readonly string[]): Promise<Report> => {
    const { output } = await runProduct(["doctor", ...words, "--json", ...at, ...place], { environment });
    return reportSchema.parse(JSON.parse(output));
  };
  const find = async (id: string): Promise<Report["checks"][number] | undefined> =>
    (await doctor()).checks.find((check) => check.id === id);

  let watcher: ChildProcess | undefined;
  await using stack = new AsyncDisposableStack();
  const stop = async (): Promise<void> => {
    if (watcher === undefined || watcher.exitCode !== null) return;
    const ended = once(watcher, "exit");
    watcher.kill("SIGTERM");
    await ended;
  };
  stack.defer(stop);
  const start = (command: string): void => {
    expect(command).toBe("hostsfile-server watch");
    watcher = spawn("./hostsfile-server", ["watch", ...at], {
      env: { ...process.env, ...environment },
      stdio: "ignore",
    });
  };

  start("hostsfile-server watch");
  const healthy = [
    "name-asked-for ok",
    "server-answers ok",
    "name-managed ok",
    "name-answered ok",
    "name-seen ok",
    "name-sent ok",
    "name-shown ok",
    "name-in-file ok",
  ];
  await vi.waitFor(async () => expect(stepsOf(await doctor("foo.dtk.io")).slice(0, 8)).toEqual(healthy), patience);
  const sent = (await doctor("foo.dtk.io")).checks.find(({ id }) => id === "name-sent");
  expect(sent?.findings[0]?.message).toMatch(/^The watcher of \S+ has handed in foo\.dtk\.io of kind-a, /);

  await stop();
  const stopped = await find("watcher-runs");
  expect(stopped).toMatchObject({ grade: "problem", findings: [{ code: "watch-not-running" }] });
  expect(stepsOf(await doctor("foo.dtk.io")).slice(4, 6)).toEqual([
    "name-seen problem watch-not-running",
    "name-sent skipped",
  ]);

  start(stopped?.findings[0]?.command ?? "");
  await vi.waitFor(async () => expect(await find("watcher-runs")).toMatchObject({ grade: "ok" }), patience);
  await vi.waitFor(async () => expect(await find("external-dns-installed")).toMatchObject({ grade: "note" }), patience);
});
