/** The admin token stays where it is: listeners of another user and of another machine, on the port that our commands call, learn nothing that opens anything. */
import { connect as connectSocket } from "node:net";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { webhookToken } from "../../src/contract/token.ts";
import { defaultCluster } from "../../src/records/cluster.ts";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { type Namespaces, connect, openNamespaces } from "../cluster/namespaces.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";
import { startServer } from "../cluster/server.ts";
import { runProduct } from "../support/product.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const checkout = join(import.meta.dirname, "..", "..");
const adminToken = "0123456789abcdef0123456789abcdef";
/** The token, and what a request could show in its place. */
const secrets = [
  adminToken,
  webhookToken(adminToken, defaultCluster),
  Buffer.from(`:${adminToken}`).toString("base64"),
];

const nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** Everything of ours that shows who it is to a server. */
const commands = [
  ["status", "--json"],
  ["open", "--print"],
  ["doctor", "--json"],
  ["export"],
  ["adopt", "--dry-run"],
  ["clear", "--cluster=default"],
] as const;

interface Listener extends Program {
  /** Each piece that was sent to it. */
  readonly heard: () => readonly string[];
}

async function listen(enter: readonly string[], ...words: readonly string[]): Promise<Listener> {
  const script = join(checkout, "test", "support", "listener.ts");
  const program = await startProgram([...enter, process.execPath, script, ...words]);
  await eventually(() => expect(program.log()).toContain("listening"));
  const heard = (): string[] =>
    program
      .log()
      .split("\n")
      .filter((line) => line.startsWith('"'))
      .map((line) => String(JSON.parse(line)));
  return { ...program, heard };
}

async function writeToken(folder: string): Promise<string> {
  const path = join(folder, "token");
  await writeFile(path, `${adminToken}\n`, { mode: 0o600 });
  return path;
}

/** Sends bytes as they were heard, and tells the status of the answer. */
async function replay(port: number, bytes: string): Promise<number> {
  const socket = connectSocket(port, "127.0.0.1");
  socket.write(Buffer.from(bytes.replace("Connection: keep-alive", "Connection: close"), "latin1"));
  const answer = await text(socket);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
}

async function runAll(desktop: Desktop, port: number, tokenFile: string): Promise<readonly (number | null)[]> {
  const codes: (number | null)[] = [];
  for (const command of commands) {
    const isClear = command[0] === "clear";
    const place = isClear ? [`--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`] : [];
    const { exitCode } = await runProduct([...command, `--port=${port}`, `--token-file=${tokenFile}`, ...place]);
    codes.push(exitCode);
  }
  return codes;
}

describe.skipIf(process.geteuid?.() !== 0)("the admin token (needs root for other users and machines)", () => {
  test("a listener of another user gets a challenge that it cannot meet, and nothing else", async () => {
    await using desktop = await openDesktop();
    using folder = temporaryFolder();
    const tokenFile = await writeToken(folder.path);
    const port = await freePort();
    await using stranger = await listen(nobody, "127.0.0.1", String(port));
    expect(stranger.log()).toContain("as 65534");
    const codes = await runAll(desktop, port, tokenFile);
    expect(codes.slice(0, 5)).toEqual([3, 3, 1, 3, 3]);
    expect(stranger.heard().length).toBeGreaterThanOrEqual(commands.length);
    for (const bytes of stranger.heard()) expect(bytes).toMatch(/^POST \/challenge\?nonce=[\w-]+ HTTP\/1\.1\r\n/);
    const everything = stranger.heard().join("\n");
    for (const secret of secrets) expect(everything).not.toContain(secret);
    expect(everything).not.toMatch(/authorization/i);
  });

  test("a listener that passes everything on to the real server gets no request, and what it heard opens nothing", async () => {
    await using desktop = await openDesktop();
    using folder = temporaryFolder();
    const tokenFile = await writeToken(folder.path);
    await using server = await startServer({
      desktop,
      flags: ["--domains=dtk.io", "--cluster-ip=192.0.2.1", `--token-file=${tokenFile}`],
    });
    const port = await freePort();
    await using relay = await listen(nobody, "127.0.0.1", String(port), String(server.port));
    const { exitCode, talk } = await runProduct(["status", `--port=${port}`, `--token-file=${tokenFile}`]);
    expect([exitCode, talk]).toEqual([3, expect.stringContaining(`was called at 127.0.0.1:${server.port}`)]);
    await runAll(desktop, port, tokenFile);
    const heard = relay.heard();
    expect(heard.every((bytes) => bytes.startsWith("POST /challenge?"))).toBe(true);
    for (const secret of secrets) expect(heard.join("\n")).not.toContain(secret);
    for (const bytes of heard) {
      for (const line of ["GET /status", "GET /records", "DELETE /clusters/default"]) {
        expect(await replay(server.port, bytes.replace(/^\S+ \S+/, line))).toBe(401);
      }
    }
    const asked = await runProduct(["status", "--json", `--port=${server.port}`, `--token-file=${tokenFile}`]);
    expect(JSON.parse(asked.output)).toMatchObject({ clusters: [{ domains: ["dtk.io"] }] });
    expect(await desktop.added()).toEqual([]);
  });

  test("curl shows the token as before", async () => {
    await using desktop = await openDesktop();
    using folder = temporaryFolder();
    const tokenFile = await writeToken(folder.path);
    await using server = await startServer({ desktop, flags: [`--token-file=${tokenFile}`] });
    const shown = ["-H", `Authorization: Bearer ${adminToken}`];
    const { url } = server;
    const curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}"];
    expect(await run([...curl, ...shown, `${url}/status`])).toBe("200");
    expect(await run([...curl, "-u", `:${adminToken}`, "-d", "my.io", `${url}/domains`])).toBe("200");
    expect(await run([...curl, `${url}/status`])).toBe("401");
  });

  test("another machine that a config.yaml names hears nothing of dtk, not even a challenge", async () => {
    await using networks = await openMachines();
    using folder = temporaryFolder();
    const tokenFile = await writeToken(folder.path);
    await using stranger = await listen(networks.other.enter, others, "5000");
    await mkdir(join(folder.path, "cloned"));
    const configuration = `dns:\n  domain: dtk.io\n  host-ip: ${others}\n  token-file: ${tokenFile}\naddons: [external-dns]\n`;
    await writeFile(join(folder.path, "cloned", "config.yaml"), configuration);
    await writeFile(join(folder.path, "kubeconfig"), kubeconfig);
    for (const command of [
      ["install-addon", "external-dns", "--dry-run"],
      ["install-addon", "external-dns", "--yes"],
      ["list-addons"],
      ["check"],
    ]) {
      const dtk = [...networks.desktop.enter, join(checkout, "dtk"), ...command];
      const words = [...dtk, `--kubeconfig=${join(folder.path, "kubeconfig")}`];
      await expect(run(words, { folder: join(folder.path, "cloned") })).rejects.toThrow("Command failed");
    }
    expect(stranger.heard()).toEqual([]);
    // It can be heard from there, so that the silence says something.
    await run([...networks.desktop.enter, "curl", "-s", `http://${others}:5000/seen`]);
    expect(stranger.heard()).toEqual([expect.stringContaining("GET /seen")]);
  });

  test("another machine that a command is pointed at learns nothing", async () => {
    await using networks = await openMachines();
    using folder = temporaryFolder();
    const tokenFile = await writeToken(folder.path);
    await using stranger = await listen(networks.other.enter, others, "5000");
    const words = ["status", `--host=${others}`, `--token-file=${tokenFile}`];
    await expect(run([...networks.desktop.enter, join(checkout, "hostsfile-server"), ...words])).rejects.toThrow(
      /does not prove that it knows the token in /,
    );
    expect(stranger.heard()).toEqual([expect.stringMatching(/^POST \/challenge\?/)]);
    expect(stranger.heard().join()).not.toMatch(/authorization|0123456789abcdef/i);
  });
});

/** Documentation addresses (RFC 5737). */
const own = "198.51.100.12";
const others = "198.51.100.99";

interface Machines extends AsyncDisposable {
  readonly desktop: Namespaces;
  readonly other: Namespaces;
}

async function openMachines(): Promise<Machines> {
  await using opened = new AsyncDisposableStack();
  const desktop = opened.use(await openNamespaces("network"));
  const other = opened.use(await openNamespaces("network"));
  await connect(desktop, other, { name: "eth0", addresses: [[own, others]] });
  const owned = opened.move();
  return { desktop, other, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Of a cluster where nobody answers: the server is looked for all the same. */
const kubeconfig = JSON.stringify({
  "current-context": "a",
  clusters: [{ name: "c", cluster: { server: "https://127.0.0.1:1" } }],
  users: [{ name: "u", user: { token: "t" } }],
  contexts: [{ name: "a", context: { cluster: "c", user: "u" } }],
});
