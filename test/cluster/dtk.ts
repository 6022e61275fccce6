/** dtk as a user runs it: a folder with a config.yaml, the built program, and the real Helm on PATH. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type Program, startProgram } from "./program.ts";
import { tools } from "./tools.ts";

const launcher = join(import.meta.dirname, "..", "..", "dtk");

export interface Finished {
  readonly exitCode: number | null;
  readonly output: string;
  readonly talk: string;
}

export interface RunOptions {
  /** Where config.yaml is. */
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** In place of the machine's own with Helm in front. */
  readonly path?: string;
}

/** Runs dtk to its end. */
export async function runDTK(
  parameters: readonly string[],
  { folder, environment, path }: RunOptions,
): Promise<Finished> {
  const PATH = path ?? `${dirname(tools.helm)}:${process.env["PATH"] ?? ""}`;
  const env = { PATH, HOME: folder, ...environment };
  const child = spawn(launcher, parameters, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const [output, talk] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return { exitCode: child.exitCode, output, talk };
}

/** Writes a config.yaml like the seed's, with DTK's own keys around it. */
export async function writeConfiguration(folder: string, lines: readonly string[]): Promise<void> {
  const own = ["k8s:", "  cluster-name: dtk", "vms:", "- name: vm1", "  cpu: 2"];
  await writeFile(join(folder, "config.yaml"), [...own, ...lines, ""].join("\n"));
}

/** The folder of a Go module, as in `sigs.k8s.io/external-dns@v0.22.0`; it is downloaded once. */
export function moduleFolder(module: string): string {
  const answer = execFileSync("go", ["mod", "download", "-json", module], { encoding: "utf8" });
  const { Dir: folder } = JSON.parse(answer) as { readonly Dir: string };
  return folder;
}

/** The folder of ExternalDNS's real chart, as its Go module has it. */
export function chartFolder(moduleVersion: string): string {
  return join(moduleFolder(`sigs.k8s.io/external-dns@${moduleVersion}`), "charts", "external-dns");
}

export interface DTK {
  /** Runs dtk with ExternalDNS's chart. */
  readonly install: (...parameters: readonly string[]) => Promise<Finished>;
  readonly run: (...parameters: readonly string[]) => Promise<Finished>;
  /** Starts what `install` runs, for what it says meanwhile. */
  readonly startInstall: (...parameters: readonly string[]) => Promise<Program>;
  /** Replaces values of the configuration. */
  readonly configure: (values: ConfigurationValues) => Promise<void>;
  /** The flags that name the chart. */
  readonly chartFlags: readonly string[];
  readonly folder: string;
}

export interface ConfigurationValues {
  readonly domain?: string;
  readonly port?: number;
  readonly hostIP?: string;
  readonly kubeconfig?: string;
  /** Further lines below `dns:`. */
  readonly more?: readonly string[];
}

/** Sets up a user's folder with a config.yaml; `using` removes it. */
export async function openDTK(
  values: ConfigurationValues & { readonly chart?: string; readonly helm?: string },
): Promise<DTK & Disposable> {
  const { chart = "v0.22.0", helm = tools.helm, ...first } = values;
  const folder = temporaryFolder();
  let now: ConfigurationValues = {};
  const configure = async (changed: ConfigurationValues): Promise<void> => {
    now = { ...now, ...changed };
    const { domain = "dtk.io", port = 5000, hostIP = "127.0.0.1", kubeconfig = "", more = [] } = now;
    const dns = [`domain: ${domain}`, `host-ip: ${hostIP}`, `webhook-port: ${port}`, ...more];
    const cluster = ["cluster:", `  admin-kubeconfig: ${kubeconfig}`];
    const addons = ["addons:", "- external-dns", "- name: metallb", "  enabled: true"];
    await writeConfiguration(folder.path, ["dns:", ...dns.map((line) => `  ${line}`), ...cluster, ...addons]);
  };
  await configure(first);
  const flags = [`--chart=${chartFolder(chart)}`];
  const path = `${dirname(helm)}:${process.env["PATH"] ?? ""}`;
  const run: DTK["run"] = async (...parameters) => runDTK(parameters, { folder: folder.path, path });
  const command = ["install-addon", "external-dns", ...flags];
  return {
    run,
    install: async (...parameters) => run(...command, ...parameters),
    startInstall: async (...parameters) =>
      startProgram([launcher, ...command, ...parameters], {
        folder: folder.path,
        environment: { PATH: path, HOME: folder.path },
      }),
    chartFlags: flags,
    configure,
    folder: folder.path,
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}
