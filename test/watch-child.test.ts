/** `hostsfile-server --watch` with a real user behind sudo: whose the watcher is, that it comes back, and that it ends with the server. */
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startSimulatedAPI } from "../src/sources/kubernetes/simulated-api.ts";
import { ingressKind } from "../src/sources/kubernetes/translate/ingress.ts";
import { kinds } from "../src/sources/kubernetes/translate/kinds.ts";
import { type RunningProduct, runProduct, startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const adminToken = "0123456789abcdef0123456789abcdef";

/** A user of every machine that has no rights. */
const [nobody, ofNobody] = readFileSync("/etc/passwd", "utf8")
  .split("\n")
  .map((line) => line.split(":"))
  .filter(([name]) => name === "nobody")
  .flatMap(([, , user, group]) => [Number(user), Number(group)]);

const loginProgram = "/usr/bin/true-login-program";

const isRoot = process.geteuid?.() === 0;

interface Scene extends AsyncDisposable {
  readonly server: RunningProduct;
  readonly kubeconfig: string;
  readonly trace: string;
  readonly hosts: () => string;
  /** The processes that the server has started and that run. */
  readonly children: () => readonly number[];
}

function childrenOf(pid: number): readonly number[] {
  const list = `/proc/${pid}/task/${pid}/children`;
  return existsSync(list) ? readFileSync(list, "utf8").trim().split(" ").filter(Boolean).map(Number) : [];
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}/status`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
}

async function open(hasToken: boolean, tracer: readonly string[] = []): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(temporaryFolder());
  chmodSync(path, 0o755);
  const own = join(path, "own");
  mkdirSync(own);
  if (isRoot) chownSync(own, nobody ?? 0, ofNobody ?? 0);
  const api = stack.use(await startSimulatedAPI(kinds));
  api.apply(ingressKind, { metadata: { name: "a", namespace: "n" }, spec: { rules: [{ host: "foo.dtk.io" }] } });
  const [kubeconfig, hosts, token] = ["kubeconfig", "hosts", "token"].map((name) => join(path, name)) as [
    string,
    string,
    string,
  ];
  const clusters = ["c", "d"].map((name) => ({ name, cluster: { server: api.url } }));
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: loginProgram };
  const users = [
    { name: "u", user: {} },
    { name: "p", user: { exec } },
  ];
  const contexts = [
    { name: "kind-a", context: { cluster: "c", user: "u" } },
    { name: "with-program", context: { cluster: "d", user: "p" } },
  ];
  writeFileSync(kubeconfig, JSON.stringify({ clusters, users, contexts }));
  writeFileSync(hosts, "127.0.0.1 localhost\n");
  writeFileSync(token, adminToken, { mode: 0o600 });
  const behindSudo = isRoot ? { SUDO_UID: String(nobody), SUDO_GID: String(ofNobody), SUDO_USER: "nobody" } : {};
  const environment = { ...behindSudo, KUBECONFIG: kubeconfig, HOME: path, XDG_STATE_HOME: own, XDG_CONFIG_HOME: own };
  const place = ["--host=127.0.0.1", `--hosts-file=${hosts}`, `--state-dir=${join(path, "state")}`];
  const flags = [...place, "--watch", "--domains=dtk.io", ...(hasToken ? [`--token-file=${token}`] : [])];
  const trace = join(path, "trace");
  const before = tracer.length === 0 ? [] : [...tracer, "-o", trace];
  const server = stack.use(await startProduct(flags, { environment, before }));
  const owned = stack.move();
  return {
    server,
    kubeconfig,
    trace,
    hosts: () => readFileSync(hosts, "utf8"),
    children: () => childrenOf(server.pid),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

const patience = { timeout: 60_000 };
const line = "\n127.0.0.1 foo.dtk.io\n";

describe.each([
  ["without a token", false],
  ["with a token", true],
])("%s", (_, hasToken) => {
  test("names come, the watcher has the user's rights alone, is started again, and ends with the server", async () => {
    await using scene = await open(hasToken);
    const { server, hosts, children } = scene;
    await expect.poll(hosts, patience).toContain(line);
    const [first = 0] = children();
    const status = readFileSync(`/proc/${first}/status`, "utf8");
    if (isRoot) {
      expect(status).toMatch(new RegExp(`^Uid:(?:\\s+${nobody}){4}$`, "m"));
      expect(status).toMatch(new RegExp(`^Gid:(?:\\s+${ofNobody}){4}$`, "m"));
      expect(status).toMatch(/^CapEff:\s+0+$/m);
      expect(status).toMatch(/^Groups:\s+(?:65534\s*)?$/m);
    }
    for (const file of ["cmdline", "environ"]) {
      expect(readFileSync(`/proc/${first}/${file}`, "utf8")).not.toMatch(/watch\/[^/\s]+\/[\w-]{43}/);
    }
    process.kill(first, "SIGKILL");
    await expect.poll(() => server.log.map(({ code }) => code), patience).toContain("watcher-ended");
    await expect.poll(() => server.log.filter(({ code }) => code === "watcher-started").length, patience).toBe(2);
    expect(hosts()).toContain(line);
    const [second = 0] = children();
    await server.stop();
    await expect.poll(() => isRunning(second), patience).toBe(false);
    expect(server.log.filter(({ code }) => code === "watcher-ended")).toHaveLength(1);
    expect(hosts()).toContain(line);
  });
});

test("a server that is killed takes its watcher along", async () => {
  await using scene = await open(false);
  await expect.poll(scene.hosts, patience).toContain(line);
  const [child = 0] = scene.children();
  await scene.server.stop("SIGKILL");
  await expect.poll(() => isRunning(child), patience).toBe(false);
});

const hasStrace = existsSync("/usr/bin/strace");

test.skipIf(!isRoot || !hasStrace)("root opens no kubeconfig and runs no program of one (needs strace)", async () => {
  const calls = "?open,?openat,?openat2,?execve,?execveat,?clone,?clone3,?fork,?vfork,?setresuid";
  await using scene = await open(true, [
    "strace",
    "-f",
    "-qq",
    "-s",
    "4096",
    "-e",
    "signal=none",
    "-e",
    `trace=${calls}`,
  ]);
  const [traced = 0] = childrenOf(scene.server.pid);
  try {
    await expect.poll(scene.hosts, patience).toContain(line);
  } finally {
    // The tracer ends with what it traces, and would leave it behind if it were told to end.
    process.kill(traced);
    await scene.server.stop("SIGCONT");
  }
  const lines = readFileSync(scene.trace, "utf8").split("\n");
  const parents = new Map(
    lines.flatMap((text) => {
      const [, parent, child] = /^(\d+) .*\b(?:clone3?|v?fork)\b.* = (\d+)$/.exec(text) ?? [];
      return parent === undefined || child === undefined ? [] : [[child, parent] as const];
    }),
  );
  const change = new RegExp(`^(\\d+) .*setresuid\\(${nobody},`);
  const changed = new Map(
    lines.flatMap((text, at) => ((pid) => (pid === undefined ? [] : [[pid, at] as const]))(change.exec(text)?.[1])),
  );
  const isUsers = (pid: string | undefined, at: number): boolean => {
    const since = changed.get(pid ?? "");
    if (since !== undefined) return at > since;
    return pid !== undefined && isUsers(parents.get(pid), at);
  };
  const [ofUser, ofRoot] = [true, false].map((whose) =>
    lines.filter((text, at) => isUsers(text.split(" ")[0], at) === whose),
  );
  expect(ofUser?.filter((text) => text.includes(scene.kubeconfig))).not.toEqual([]);
  expect(ofRoot?.filter((text) => text.includes(scene.kubeconfig))).toEqual([]);
  expect(lines.filter((text) => text.includes(loginProgram))).toEqual([]);
  // Else nothing was seen of root's calls.
  expect(ofRoot?.filter((text) => text.includes("setpriv"))).not.toEqual([]);
});

test.skipIf(!isRoot).each([
  ["nobody typed sudo", {}],
  ["root did", { SUDO_UID: "0", SUDO_GID: "0", SUDO_USER: "root" }],
  ["a user did whom the machine does not know", { SUDO_UID: "4294967000", SUDO_GID: "1", SUDO_USER: "x" }],
])("refused in one sentence where %s", async (_, environment) => {
  using folder = temporaryFolder();
  const place = [`--hosts-file=${join(folder.path, "hosts")}`, `--state-dir=${join(folder.path, "state")}`, "--port=0"];
  const { exitCode, talk } = await runProduct([...place, "--watch"], { environment });
  expect([exitCode, talk.split("\n").length]).toEqual([2, expect.any(Number)]);
  expect(talk).toContain(
    "--watch runs the watcher as the user who typed sudo, and nobody did. It does not run as root.",
  );
});
