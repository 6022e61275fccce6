/** A real Kubernetes API server with its etcd on loopback ports; no controller, no node. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { eventually, freePort } from "./eventually.ts";
import { type Exit, type Program, run, startProgram } from "./program.ts";
import { tools } from "./tools.ts";

const readyTimeoutMs = 240_000;

export interface APIServer extends AsyncDisposable {
  /** Path of a kubeconfig for an administrator. */
  readonly kubeconfig: string;
  readonly port: number;
  /** Path of the certificate of its authority. */
  readonly authority: string;
  /**
   * Ends the API server alone with a signal, waits as long as the work takes, and starts it again on the same port.
   * Resolves with how it ended.
   */
  readonly restart: (signal: NodeJS.Signals, work?: () => Promise<void>) => Promise<Exit>;
  readonly etcd: Etcd;
  /** Path of the private key that signs the tokens of service accounts. */
  readonly signingKey: string;
  /** Paths of the certificate and the key of the authority that signs certificates of users. */
  readonly users: { readonly certificate: string; readonly key: string };
}

export interface Etcd {
  readonly url: string;
  /** Stops it, works on the folder of its data, and starts it again on the same port. */
  readonly restart: (work: (folder: string) => Promise<void>) => Promise<void>;
}

export interface APIServerOptions {
  /** What to put before the commands, to run them in other namespaces. */
  readonly enter?: readonly string[];
  /** The program; Debian's unless given. */
  readonly etcd?: string;
}

/**
 * Starts etcd and the API server and waits until the API server is ready; disposing of it ends both and removes their data.
 */
export async function startAPIServer({
  enter = [],
  etcd: program = "etcd",
}: APIServerOptions = {}): Promise<APIServer> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(temporaryFolder()).path;
  await makeSecrets(folder);
  const etcdURL = `http://127.0.0.1:${await freePort()}`;
  const etcdCommand = [...enter, program, ...(await etcdFlags(folder, etcdURL))];
  let etcd = await startProgram(etcdCommand);
  started.defer(async () => etcd[Symbol.asyncDispose]());
  const port = await freePort();
  const command = [...enter, ...apiServerCommand({ folder, etcdURL, port })];
  let apiServer = await startProgram(command);
  started.defer(async () => apiServer[Symbol.asyncDispose]());
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf(folder, port)), { mode: 0o600 });
  const kubectl = [...enter, tools.kubectl, "--kubeconfig", kubeconfig];
  await waitUntilReady(kubectl, [etcd, apiServer]);
  const restart: APIServer["restart"] = async (signal, work) => {
    const exit = await apiServer.stop(signal);
    await work?.();
    apiServer = await startProgram(command);
    await waitUntilReady(kubectl, [etcd, apiServer]);
    return exit;
  };
  const restartEtcd: Etcd["restart"] = async (work) => {
    await etcd.stop();
    await work(dataOfEtcd(folder));
    etcd = await startProgram(etcdCommand);
  };
  const owned = started.move();
  const [authority, signingKey] = [certificateOf(folder), join(folder, "sa.key")];
  const users = { certificate: join(folder, "users.crt"), key: join(folder, "users.key") };
  return {
    kubeconfig,
    port,
    authority,
    signingKey,
    users,
    restart,
    etcd: { url: etcdURL, restart: restartEtcd },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function makeSecrets(folder: string): Promise<void> {
  const key = join(folder, "sa.key");
  await run(["openssl", "genrsa", "-out", key, "2048"]);
  await run(["openssl", "rsa", "-in", key, "-pubout", "-out", join(folder, "sa.pub")]);
  const users = ["-keyout", join(folder, "users.key"), "-out", join(folder, "users.crt"), "-subj", "/CN=users"];
  await run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", ...users]);
  await writeFile(join(folder, "tokens.csv"), "administrator-token,admin,1,system:masters\n", { mode: 0o600 });
}

async function etcdFlags(folder: string, url: string): Promise<readonly string[]> {
  return [
    `--data-dir=${dataOfEtcd(folder)}`,
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=http://127.0.0.1:${await freePort()}`,
  ];
}

function dataOfEtcd(folder: string): string {
  return join(folder, "etcd");
}

function apiServerCommand(options: {
  readonly folder: string;
  readonly etcdURL: string;
  readonly port: number;
}): string[] {
  const { folder, etcdURL, port } = options;
  return [
    tools.controlPlane,
    "kube-apiserver",
    `--etcd-servers=${etcdURL}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${port}`,
    `--cert-dir=${join(folder, "certs")}`,
    `--service-account-key-file=${join(folder, "sa.pub")}`,
    `--service-account-signing-key-file=${join(folder, "sa.key")}`,
    "--service-account-issuer=https://kubernetes.default.svc",
    `--token-auth-file=${join(folder, "tokens.csv")}`,
    `--client-ca-file=${join(folder, "users.crt")}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.32.0.0/16",
  ];
}

function certificateOf(folder: string): string {
  return join(folder, "certs", "apiserver.crt");
}

/** The API server makes its own certificate, valid for 127.0.0.1, which is its own authority. */
function kubeconfigOf(folder: string, port: number): unknown {
  const certificate = certificateOf(folder);
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [
      { name: "test", cluster: { server: `https://127.0.0.1:${port}`, "certificate-authority": certificate } },
    ],
    users: [{ name: "admin", user: { token: "administrator-token" } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "admin" } }],
  };
}

async function waitUntilReady(kubectl: readonly string[], programs: readonly Program[]): Promise<void> {
  const ask = async (): Promise<void> => {
    await run([...kubectl, "get", "--raw", "/readyz"]);
  };
  await Promise.race([
    eventually(ask, { timeoutMs: readyTimeoutMs, intervalMs: 200 }),
    ...programs.map(async (program) => {
      const exit = await program.ended;
      throw new Error(`The control plane ended early: ${JSON.stringify(exit)}\n${program.log().slice(-2000)}`);
    }),
  ]);
}
