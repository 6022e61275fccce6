/**
 * A desktop where all is well and everything can be broken: an /etc and a network of its own, the server on its usual
 * port, a page at the cluster IP, and a name that is shown. Commands are typed as doctor prints them.
 */
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { type Report, reportSchema } from "../../src/doctor/report.ts";
import { type PrivateDesktop, openPrivateDesktop } from "./desktop.ts";
import { eventually } from "./eventually.ts";
import { addAddress, openNamespaces } from "./namespaces.ts";
import { type Program, run, startProgram } from "./program.ts";
import { clusterIP } from "./server.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");

/** The name that is shown while all is well. */
export const shownName = "foo.dtk.io";

/** An /etc with what a resolver needs, and none of this machine's sockets. */
const mounts = `
  cp -L /etc/passwd /etc/group "$D/etc/"
  echo 'hosts: files' >"$D/etc/nsswitch.conf"
  mount --bind "$D/etc" /etc
  mount -t tmpfs tmpfs /run
  mkdir -p /run/empty`;

/** What a browser would find; the kernel gives the port back with the process. */
const page = `require("node:http").createServer((_, answer) => answer.end("hello")).listen(80, "${clusterIP}", () => console.log("listening"))`;

export interface BreakableDesktop extends AsyncDisposable, Pick<PrivateDesktop, "hosts"> {
  /** Runs a shell script as a user types it, as root; `$D` is the scratch folder. */
  readonly shell: (script: string) => Promise<string>;
  /** Starts the server with other flags, in place of the one that runs. */
  readonly serve: (...flags: readonly string[]) => Promise<void>;
  readonly stop: () => Promise<void>;
  /** Ends what answers at the cluster IP. */
  readonly closePage: () => Promise<unknown>;
  /** Sends the record of {@link shownName}, as ExternalDNS does. */
  readonly show: () => Promise<void>;
  /** What doctor finds; with its exit code. */
  readonly doctor: (...flags: readonly string[]) => Promise<Report & { readonly exitCode: number }>;
}

/** The flags of a server that is well. */
export const goodFlags = [`--cluster-ip=${clusterIP}`, "--domains=dtk.io"] as const;

/**
 * Opens the desktop with a server that shows {@link shownName}.
 *
 * @param more - mounts beside the usual ones; `$D/etc` and `$D/state` are there
 */
export async function openBreakableDesktop(more = ""): Promise<BreakableDesktop> {
  await using opened = new AsyncDisposableStack();
  const desktop = opened.use(await openPrivateDesktop(`${more}\n${mounts}`, "/etc/hosts"));
  const network = opened.use(await openNamespaces("network"));
  await addAddress(network, clusterIP);
  const enter = [...desktop.enter, ...network.enterNetwork];
  const folder = join(desktop.stateFolder, "..");
  const environment = await furnishHome(folder);
  const web = opened.use(await startProgram([...enter, process.execPath, "-e", page]));
  const shell = async (script: string): Promise<string> =>
    run([...enter, "bash", "-euo", "pipefail", "-c", script], { environment });
  let server: Program | undefined;
  const stop = async (): Promise<void> => void (await server?.stop());
  opened.defer(stop);
  const serve: BreakableDesktop["serve"] = async (...flags) => {
    await stop();
    server = await startProgram([...enter, launcher, `--state-dir=${desktop.stateFolder}`, ...flags], { environment });
    await eventually(async () => shell("curl -sS http://127.0.0.1:5000/healthz"));
  };
  await serve(...goodFlags);
  const record = JSON.stringify({ create: [{ dnsName: shownName, targets: [shownName], recordType: "CNAME" }] });
  const show = async (): Promise<void> => void (await shell(`curl -sSf -d '${record}' http://127.0.0.1:5000/records`));
  await show();
  const owned = opened.move();
  return {
    hosts: desktop.hosts,
    shell,
    serve,
    stop,
    closePage: async () => web.stop(),
    show,
    doctor: async (...flags) => {
      const words = [`--state-dir=${desktop.stateFolder}`, ...flags].join(" ");
      const output = await shell(`hostsfile-server doctor --json ${words} || echo " exit $?"`);
      const [json = "", exitCode = "0"] = output.split(" exit ");
      return { ...reportSchema.parse(JSON.parse(json)), exitCode: Number(exitCode) };
    },
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

/** A home without a kubeconfig, with our command and a sudo for a user who is root already. */
async function furnishHome(folder: string): Promise<Readonly<Record<string, string>>> {
  const home = join(folder, "home");
  await mkdir(join(home, "bin"), { recursive: true });
  await symlink(launcher, join(home, "bin", "hostsfile-server"));
  await writeFile(join(home, "bin", "sudo"), '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  const PATH = `${join(home, "bin")}:${process.env["PATH"] ?? ""}`;
  return { HOME: home, D: folder, PATH, KUBECONFIG: "" };
}

export type ReportedFinding = Report["checks"][number]["findings"][number];

/** What is wrong, in the order in which doctor names it. */
export function wrongOf(report: Report): readonly ReportedFinding[] {
  const findings = report.checks.flatMap((check) => check.findings);
  return findings.filter(({ grade }) => grade === "problem" || grade === "warning");
}

/** What a finding says to type. */
export function commandOf(finding: ReportedFinding | undefined): string {
  expect(finding?.command, `no command beside: ${finding?.hint}`).toEqual(expect.any(String));
  return finding?.command ?? "";
}
