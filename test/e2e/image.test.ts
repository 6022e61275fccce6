/** The container image: what is in it, on a single desktop, and as a team server with the rights that the manifests for Kubernetes give it. */
import assert from "node:assert/strict";
import { chown, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { buildExecutable } from "../../scripts/packages/executable.ts";
import { buildImage } from "../../scripts/packages/image.ts";
import {
  type Container as Started,
  type Containers,
  missingContainerTools,
  openContainers,
} from "../cluster/containers.ts";
import { userLines } from "../cluster/desktop.ts";
import { startEtcdCluster } from "../cluster/etcd.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { run } from "../cluster/program.ts";
import { curl, ingressEndpoint, postRecords } from "../support/http.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const missing = missingContainerTools();
const base = join(import.meta.dirname, "..", "..", "contrib", "team-server");
const image = "localhost/hostsfile-server:0.0.1";
const create = (name: string): object => ({ create: [ingressEndpoint(name)] });

describe.skipIf(missing !== undefined)(`the image (${missing ?? "podman is there"})`, () => {
  const opened = new AsyncDisposableStack();
  let folder: string;
  let containers: Containers;
  beforeAll(async () => {
    folder = opened.use(temporaryFolder()).path;
    containers = opened.use(await openContainers());
    const executable = join(folder, "hostsfile-server");
    const { notices } = await buildExecutable({ path: executable, hasCodeCache: true });
    const path = await buildImage({ folder, version: "0.0.1", executable, notices });
    assert.match(await containers.podman("load", "--quiet", "--input", path), new RegExp(image));
  });
  afterAll(() => opened.disposeAsync());

  async function isReady(port: number, container: Started): Promise<void> {
    await eventually(async () => {
      expect((await curl(`http://127.0.0.1:${port}/readyz`)).status, await container.log()).toBe(200);
    });
  }

  test("has the program, the libraries that it needs with their licences, and nothing to log in with", async () => {
    const name = (await containers.podman("create", image)).trim();
    await run(["mkdir", join(folder, "tree")]);
    await containers.podman("export", `--output=${join(folder, "tree.tar")}`, name);
    await run(["tar", "xf", join(folder, "tree.tar"), "-C", join(folder, "tree")]);
    const files = (await readdir(join(folder, "tree"), { recursive: true })).toSorted();
    expect(files.filter((path) => /(?:^|\/)(?:s?bin|passwd|group)\//.test(path))).toEqual(["usr/bin/hostsfile-server"]);
    expect(files).toContain("usr/share/doc/hostsfile-server/copyright");
    const libraries = await readdir(join(folder, "tree/var/lib/dpkg/status.d"));
    expect(libraries).toContain("libc6");
    for (const library of libraries) {
      expect(await readFile(join(folder, "tree/usr/share/doc", library, "copyright"), "utf8")).toMatch(/licen[cs]e/i);
      expect(await readFile(join(folder, "tree/var/lib/dpkg/status.d", library), "utf8")).toMatch(/^Version: /m);
    }
  });

  test("on a desktop it replaces the hosts file through the mounted folder, and says what runs", async () => {
    await mkdir(join(folder, "etc"));
    const hosts = join(folder, "etc", "hosts");
    await writeFile(hosts, userLines);
    const before = await stat(hosts);
    const port = await freePort();
    const flags = ["--cluster-ip=192.0.2.1", "--domains=dtk.io", `--port=${port}`, "--host=127.0.0.1", "--dns=off"];
    const mounts = [`--volume=${join(folder, "etc")}:/host/etc`, "--volume=state:/var/lib/hostsfile-server"];
    const command = ["--name=desktop", "--user=0:0", ...mounts, image, "--hosts-file=/host/etc/hosts", ...flags];
    const container = await containers.start(...command);
    await isReady(port, container);
    expect((await postRecords(`http://127.0.0.1:${port}`, create("foo.dtk.io"))).status).toBe(204);
    expect(await readFile(hosts, "utf8")).toMatch(/^192\.0\.2\.1 foo\.dtk\.io$/m);
    expect(await readFile(hosts, "utf8")).toContain(userLines);
    expect((await stat(hosts)).ino).not.toBe(before.ino);
    const status = ["exec", "desktop", "hostsfile-server", "status", `--port=${port}`] as const;
    expect(await containers.podman(...status)).toContain("Nothing needs attention.");
    expect(await container.stop("SIGTERM")).toBe(0);
    await containers.podman("rm", "desktop");
    const again = await containers.start(...command);
    await isReady(port, again);
    expect(await readFile(hosts, "utf8")).toMatch(/^192\.0\.2\.1 foo\.dtk\.io$/m);
    expect(await again.stop("SIGINT")).toBe(0);
  });

  test("with the file alone mounted it says that it writes over it", async () => {
    const hosts = join(folder, "hosts");
    await writeFile(hosts, userLines);
    const before = await stat(hosts);
    const port = await freePort();
    const flags = ["--cluster-ip=192.0.2.1", "--domains=dtk.io", `--port=${port}`, "--host=127.0.0.1", "--dns=off"];
    const place = ["--name=file", "--user=0:0", `--volume=${hosts}:/host/hosts`];
    const container = await containers.start(...place, image, "--hosts-file=/host/hosts", ...flags);
    await isReady(port, container);
    expect((await postRecords(`http://127.0.0.1:${port}`, create("foo.dtk.io"))).status).toBe(204);
    expect(await readFile(hosts, "utf8")).toMatch(/^192\.0\.2\.1 foo\.dtk\.io$/m);
    expect((await stat(hosts)).ino).toBe(before.ino);
    const status = ["exec", "file", "hostsfile-server", "status", `--port=${port}`] as const;
    expect(await containers.podman(...status)).toContain("written in place");
    expect(await container.stop("SIGTERM")).toBe(0);
  });

  test("a wrong flag ends it with 2, a port that is taken with 3, each with its sentence", async () => {
    const wrong = await containers.start(image, "--port=many");
    expect(await wrong.ended()).toBe(2);
    expect(await wrong.log()).toContain("--port");
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { readonly port: number };
    const flags = ["--dry-run", "--hosts-file=none", "--host=127.0.0.1", `--port=${port}`, "--dns=off"];
    const taken = await containers.start(image, ...flags);
    expect(await taken.ended()).toBe(3);
    expect(await taken.log()).toContain(`Port ${port} is taken`);
    other.close();
  });

  test("as a team server it runs with what the Deployment gives it: no root, no capability, nothing to write to", async () => {
    await using etcd = await startEtcdCluster({ members: 1, isEncrypted: true });
    const secrets = await fillSecrets(folder, etcd.certificates);
    const { container, pod } = await readDeployment();
    const { securityContext } = container;
    assert.deepEqual(securityContext.capabilities.drop, ["ALL"]);
    const rights = [
      `--user=${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`,
      "--cap-drop=all",
      ...(securityContext.allowPrivilegeEscalation ? [] : ["--security-opt=no-new-privileges"]),
      ...(securityContext.readOnlyRootFilesystem ? ["--read-only", "--read-only-tmpfs=false"] : []),
    ];
    const mounts = container.volumeMounts.map(({ name, mountPath }) => `--volume=${secrets[name]}:${mountPath}:ro`);
    const store = `--store=${etcd.url}`;
    const access = container.args.filter((arg) => arg.startsWith("--store-"));
    const init = await containers.start(...rights, ...mounts, image, "team", "init", "dev", store, ...access);
    expect(await init.ended(), await init.log()).toBe(0);
    const port = await freePort();
    const followPort = await freePort();
    const flags = [store, `--port=${port}`, `--follow-port=${followPort}`, "--host=127.0.0.1"];
    const server = await containers.start("--name=team", ...rights, ...mounts, image, ...container.args, ...flags);
    await isReady(port, server);
    for (const path of [container.readinessProbe, container.livenessProbe, container.startupProbe]) {
      expect((await curl(`http://127.0.0.1:${port}${path.httpGet.path}`)).status).toBe(200);
    }
    const headers = { authorization: `Bearer ${adminToken}` };
    const url = `http://127.0.0.1:${port}`;
    expect((await curl(`${url}/clusters/a/domains`, { body: "dtk.io", headers })).status).toBe(200);
    expect((await curl(`${url}/clusters/a/clusterip`, { body: "192.0.2.1", headers })).status).toBe(200);
    expect((await curl(`${url}/clusters/a/records`)).status).toBe(401);
    const metrics = await curl(`${url}/metrics`, { headers });
    expect(metrics.text).toContain("hostsfile_server_ready 1");
    const { authority = "" } = etcd.certificates ?? {};
    const follow = ["curl", "-sS", "--cacert", authority, "-o", "/dev/null", "-w", "%{http_code}"];
    expect(await run([...follow, `https://localhost:${followPort}/`])).toMatch(/^40\d$/);
    expect(await server.log()).not.toMatch(/EROFS|EACCES/);
    expect(await server.stop("SIGTERM")).toBe(0);
  });
});

const adminToken = "0123456789abcdef0123456789abcdef";

/** The folders of the Deployment's Secrets, as the kubelet makes them for the group of its pod. */
async function fillSecrets(
  folder: string,
  certificates: { readonly authority: string; readonly certificate: string; readonly key: string } | undefined,
): Promise<Readonly<Record<string, string>>> {
  assert(certificates !== undefined);
  const { authority, certificate, key } = certificates;
  const contents: Readonly<Record<string, Readonly<Record<string, Buffer>>>> = {
    etcd: {
      "ca.crt": await readFile(authority),
      "tls.crt": await readFile(certificate),
      "tls.key": await readFile(key),
    },
    token: { token: Buffer.from(adminToken) },
    tls: { "tls.crt": await readFile(certificate), "tls.key": await readFile(key) },
  };
  for (const [name, files] of Object.entries(contents)) {
    await mkdir(join(folder, name));
    for (const [file, content] of Object.entries(files)) {
      const path = join(folder, name, file);
      await writeFile(path, content, { mode: 0o440 });
      await chown(path, 0, (await readDeployment()).pod.securityContext.fsGroup);
    }
  }
  return Object.fromEntries(Object.keys(contents).map((name) => [name, join(folder, name)]));
}

interface Probe {
  readonly httpGet: { readonly path: string };
}

interface Container {
  readonly args: readonly string[];
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly startupProbe: Probe;
  readonly securityContext: {
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[] };
  };
}

interface Pod {
  readonly securityContext: { readonly runAsUser: number; readonly runAsGroup: number; readonly fsGroup: number };
  readonly containers: readonly Container[];
}

async function readDeployment(): Promise<{ readonly pod: Pod; readonly container: Container }> {
  const text = await readFile(join(base, "deployment.yaml"), "utf8");
  const { spec } = parse(text) as { readonly spec: { readonly template: { readonly spec: Pod } } };
  const [container] = spec.template.spec.containers;
  assert(container !== undefined);
  return { pod: spec.template.spec, container };
}
