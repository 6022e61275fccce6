/** Each way in which dtk can fail is a sentence with the way out, with the real parts failing for real. */
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { type RequestListener, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openDesktop } from "../cluster/desktop.ts";
import { type DTK, openDTK, runDTK } from "../cluster/dtk.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { type Program, startProgram } from "../cluster/program.ts";
import { type Server, startServer } from "../cluster/server.ts";
import { missingTools } from "../cluster/tools.ts";
import { type WholeCluster, startWholeCluster } from "../cluster/whole-cluster.ts";

const missing = missingTools();

async function listen(
  answer: RequestListener,
  host: string,
  port = 0,
): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer(answer).listen(port, host);
  await once(server, "listening");
  const { port: taken } = server.address() as AddressInfo;
  return { port: taken, [Symbol.asyncDispose]: async () => void server.close() };
}

/** A port whose queue is full: the kernel drops every further packet that asks for a connection (listen(2)), as a firewall does. */
async function dropPackets(host: string, port: number): Promise<Program> {
  const script = `
import socket, time
listener = socket.socket(); listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("${host}", ${port})); listener.listen(0)
fillers = [socket.socket() for _ in range(4)]
for filler in fillers: filler.setblocking(False); filler.connect_ex(("${host}", ${port}))
print("full", flush=True); time.sleep(600)`;
  const program = await startProgram(["python3", "-c", script]);
  await eventually(() => expect(program.log()).toContain("full"));
  return program;
}

describe.skipIf(missing !== undefined)(`dtk says what is wrong (${missing ?? "all tools are there"})`, () => {
  const opened = new AsyncDisposableStack();
  let cluster: WholeCluster;
  let server: Server;
  let dtk: DTK;

  beforeAll(async () => {
    cluster = opened.use(await startWholeCluster());
    server = opened.use(await startServer({ desktop: opened.use(await openDesktop()), flags: [] }));
    dtk = opened.use(await openDTK({ port: server.port, kubeconfig: cluster.kubeconfig }));
  });

  afterAll(async () => opened.disposeAsync());

  const namespaces = async (): Promise<string> => cluster.in("default").kubectl("get", "namespaces", "-o", "name");

  test("no server: before anything in the cluster is touched; with --wait-server it waits for one", async () => {
    const port = await freePort();
    await dtk.configure({ port });
    const { exitCode, talk } = await dtk.install();
    expect(exitCode).toBe(3);
    expect(talk).toContain(`No hostsfile-server answers on port ${port} of 127.0.0.1 or localhost.`);
    expect(talk).toContain(`sudo hostsfile-server --port=${port}`);
    expect(await namespaces()).not.toContain("external-dns");
    await using waiting = await dtk.startInstall("--wait-server", "--dry-run");
    await eventually(() => expect(waiting.log()).toContain("Waiting for hostsfile-server"));
    await using desktop = await openDesktop();
    await using _late = await startServer({ desktop, port, flags: [] });
    expect(await waiting.ended).toMatchObject({ code: 0 });
    await dtk.configure({ port: server.port });
  });

  test("another server on the port is named, and nothing is touched", async () => {
    const registry: RequestListener = (asked, response) =>
      response.writeHead(200, { "Docker-Distribution-Api-Version": "registry/2.0" }).end(asked.url);
    await using stranger = await listen(registry, "127.0.0.1");
    await dtk.configure({ port: stranger.port });
    expect(await dtk.install()).toMatchObject({
      exitCode: 3,
      talk: expect.stringContaining("but a container registry answers"),
    });
    expect(await namespaces()).not.toContain("external-dns");
    await dtk.configure({ port: server.port });
  });

  test.each([
    { case: "no kubeconfig", text: undefined, message: "cannot be read: ENOENT" },
    { case: "a broken kubeconfig", text: "{{", message: "The kubeconfig" },
    {
      case: "an unreachable cluster",
      text: JSON.stringify({
        "current-context": "a",
        clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
        users: [{ name: "u", user: {} }],
        contexts: [{ name: "a", context: { cluster: "c", user: "u" } }],
      }),
      message: "The cluster at https://127.0.0.1:1 does not answer",
    },
  ])("$case", async ({ text, message }) => {
    const kubeconfig = join(dtk.folder, `kubeconfig-${message.length}`);
    if (text !== undefined) await writeFile(kubeconfig, text);
    const { exitCode, talk } = await dtk.install(`--kubeconfig=${kubeconfig}`);
    expect([exitCode, talk]).toEqual([3, expect.stringContaining(message)]);
    expect(talk).not.toMatch(/\n\s+at /);
  });

  test("another context than there is", async () => {
    const { exitCode, talk } = await dtk.install("--context=other");
    expect([exitCode, talk]).toEqual([3, expect.stringContaining('no context "other"; it has test')]);
  });

  test("a token of nobody: the API server's refusal", async () => {
    const { output } = await runDTK(["config", "show"], { folder: dtk.folder });
    expect(output).toContain(cluster.kubeconfig);
    const text = await cluster.in("default").kubectl("config", "view", "--raw", "-o", "json");
    const kubeconfig = join(dtk.folder, "stranger");
    await writeFile(kubeconfig, text.replaceAll("administrator-token", "nobody"));
    expect(await dtk.install(`--kubeconfig=${kubeconfig}`)).toMatchObject({
      exitCode: 3,
      talk: expect.stringMatching(/does not take the credentials of the kubeconfig: Unauthorized/),
    });
  });

  test("no helm on PATH", async () => {
    const path = "/usr/bin:/bin";
    const parameters = ["install-addon", "external-dns", ...dtk.chartFlags];
    const { exitCode, talk } = await runDTK(parameters, { folder: dtk.folder, path });
    expect([exitCode, talk]).toEqual([3, expect.stringContaining("There is no helm on PATH")]);
    expect(talk).toContain("https://helm.sh/docs/intro/install/");
  });

  test("what Helm refuses is said in its own words", async () => {
    const { exitCode, talk } = await dtk.install("--set=policy=nonsense");
    expect([exitCode, talk]).toEqual([3, expect.stringMatching(/helm upgrade .* failed: .*policy/is)]);
  });

  test("a broken config.yaml: every problem with its place", async () => {
    const folder = dtk.folder;
    await writeFile(join(folder, "broken.yaml"), "dns:\n  domain: 'not a domain'\n  webhook-port: 99999\n");
    const { exitCode, talk } = await dtk.install("--config=broken.yaml");
    expect(exitCode).toBe(2);
    expect(talk).toMatch(/broken\.yaml:2:/);
    expect(talk).toMatch(/broken\.yaml:3:/);
  });

  test("an address that refuses: ExternalDNS's last words and the cause", async () => {
    await dtk.configure({ hostIP: "127.0.0.99" });
    const { exitCode, talk } = await dtk.install();
    expect(exitCode).toBe(1);
    expect(talk).toContain("Nothing takes ExternalDNS's calls at http://127.0.0.99");
    expect(talk).toMatch(/Its last words:\n.*connection refused/s);
    expect(talk).not.toContain("config: {");
    await dtk.configure({ hostIP: "127.0.0.1" });
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
  });

  test("something else answers where the cluster calls", async () => {
    await using _stranger = await listen((_, response) => response.end("<html>"), "127.0.0.98", server.port);
    await dtk.configure({ hostIP: "127.0.0.98" });
    const { exitCode, talk } = await dtk.install();
    expect([exitCode, talk]).toEqual([
      1,
      expect.stringContaining("something else than hostsfile-server answers there"),
    ]);
    await dtk.configure({ hostIP: "127.0.0.1" });
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
  });

  test("a firewall that drops packets: the firewall is named as the likely cause", async () => {
    await using _silent = await dropPackets("127.0.0.97", server.port);
    await dtk.configure({ hostIP: "127.0.0.97" });
    const { exitCode, talk } = await dtk.install(
      ...["read", "write"].map((what) => `--set=extraArgs.webhook-provider-${what}-timeout=1s`),
    );
    expect([exitCode, talk]).toEqual([1, expect.stringContaining("http://127.0.0.97")]);
    expect(talk).toMatch(/firewall/i);
    expect(talk).toMatch(/Its last words:\n.*(?:timeout|deadline)/is);
    await dtk.configure({ hostIP: "127.0.0.1" });
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
  });

  test("a wrong token in the pod is named", async () => {
    await server.stop();
    const tokenFile = join(dtk.folder, "token");
    await writeFile(tokenFile, "some-admin-token-0123");
    await using desktop = await openDesktop();
    {
      const flags = [`--token-file=${tokenFile}`];
      await using guarded = await startServer({ desktop, port: server.port, flags, until: "answering" });
      const url = `http://default:wrong-token@127.0.0.1:${guarded.port}`;
      const wrong = await dtk.install(`--token-file=${tokenFile}`, `--set=extraArgs.webhook-provider-url=${url}`);
      expect([wrong.exitCode, wrong.talk]).toEqual([1, expect.stringMatching(/token/)]);
      expect(wrong.talk).toMatch(/Its last words:\n.*401/s);
      expect(wrong.talk).not.toContain("wrong-token");
      expect(await dtk.install(`--token-file=${tokenFile}`)).toMatchObject({ exitCode: 0 });
    }
    server = opened.use(await startServer({ desktop: opened.use(await openDesktop()), port: server.port, flags: [] }));
    expect(await dtk.install("--yes")).toMatchObject({ exitCode: 0 });
  });

  test("an image that cannot be pulled", async () => {
    cluster.kubelet.refuseImages(true);
    const { exitCode, talk } = await dtk.install("--set=image.tag=v0.21.9");
    expect([exitCode, talk]).toEqual([1, expect.stringContaining("The image of ExternalDNS cannot be pulled")]);
    cluster.kubelet.refuseImages(false);
    expect(await dtk.install()).toMatchObject({ exitCode: 0 });
  });

  test("check, when no probe can run, says so", async () => {
    cluster.kubelet.refuseImages(true);
    const { exitCode, output } = await dtk.run("check");
    cluster.kubelet.refuseImages(false);
    expect([exitCode, output]).toEqual([
      0,
      expect.stringMatching(/note {5}No probe could run inside the cluster: ImagePullBackOff/),
    ]);
  });
});
