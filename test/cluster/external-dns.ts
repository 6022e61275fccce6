/** The real ExternalDNS as a child process, started again when it ends as the kubelet would. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, freePort } from "./eventually.ts";
import type { Namespace } from "./kubernetes.ts";
import { type Exit, type Program, run, startProgram } from "./program.ts";
import { type ExternalDNSVersion, externalDNSTool } from "./tools.ts";

const restartDelayMs = 300;
const lastWordsLength = 500;
const upToDate = "All records are already up to date";

export interface ExternalDNSOptions {
  readonly namespace: Namespace;
  /** The webhook: the server's URL, with or without a path. */
  readonly url: string;
  readonly version?: ExternalDNSVersion;
  readonly sources?: readonly ("ingress" | "service" | "crd")[];
  readonly registry?: "txt" | "noop";
  readonly policy?: "sync" | "upsert-only" | "create-only";
  readonly owner?: string;
  /** What it manages; its own default unless given. */
  readonly recordTypes?: readonly string[];
  /** What to put before its command, so that it runs on another network. */
  readonly enter?: readonly string[];
}

export interface ExternalDNS extends AsyncDisposable {
  /** What every process so far printed. */
  readonly log: () => string;
  /** How processes ended and what they said last; empty as long as it stayed up. */
  readonly exits: readonly (Exit & { readonly lastWords: string })[];
  /** How many loops found nothing to change. */
  readonly quietLoops: () => number;
  /** A metric of the running process, summed over the label sets that match; 0 before it was first counted. */
  readonly metric: (name: string, labels?: string) => Promise<number>;
  /** Holds the running process still while something else is done, so that it does not notice a server's restart. */
  readonly suspended: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** Waits until it finds nothing to change and asserts that it then stays that way. */
  readonly settled: () => Promise<void>;
}

/** Starts ExternalDNS on a namespace of the cluster, one loop a second. */
export async function startExternalDNS(options: ExternalDNSOptions): Promise<ExternalDNS> {
  const { enter = [] } = options;
  const metricsURL = `http://127.0.0.1:${await freePort()}`;
  const processes = await superviseProgram([...enter, ...commandOf(options, metricsURL)]);
  const quietLoops = (): number => processes.log().split(upToDate).length - 1;
  const metric: ExternalDNS["metric"] = async (name, labels = "") => {
    const metrics = await run([...enter, "curl", "-sS", `${metricsURL}/metrics`]);
    const lines = metrics.split("\n").filter((line) => line.startsWith(name) && line.includes(labels));
    return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" "))), 0);
  };
  const posts = async (): Promise<number> => metric("external_dns_webhook_provider_applychanges_requests_total");
  return {
    ...processes,
    quietLoops,
    metric,
    settled: async () => {
      await waitForLoop(quietLoops);
      const before = await posts();
      await waitForLoop(quietLoops);
      if ((await posts()) !== before)
        throw new Error(`ExternalDNS goes on sending changes\n${processes.log().slice(-3000)}`);
    },
  };
}

function commandOf(options: ExternalDNSOptions, metricsURL: string): string[] {
  const { version = "v0.21.0", namespace, url, sources = ["ingress"], registry = "txt", recordTypes = [] } = options;
  return [
    externalDNSTool(version),
    `--kubeconfig=${namespace.kubeconfig}`,
    `--namespace=${namespace.name}`,
    ...sources.map((source) => `--source=${source}`),
    ...recordTypes.map((type) => `--managed-record-types=${type}`),
    "--provider=webhook",
    `--webhook-provider-url=${url}`,
    `--policy=${options.policy ?? "sync"}`,
    `--registry=${registry}`,
    ...(registry === "txt" ? [`--txt-owner-id=${options.owner ?? "test"}`] : []),
    "--interval=1s",
    `--metrics-address=${new URL(metricsURL).host}`,
  ];
}

async function waitForLoop(quietLoops: () => number): Promise<void> {
  const before = quietLoops();
  await eventually(() => assert(quietLoops() > before, "ExternalDNS finds something to change at every loop"));
}

export type Supervised = Pick<ExternalDNS, "log" | "exits" | "suspended"> & AsyncDisposable;

/** Runs a program and starts it again when it ends, as the kubelet would. */
export async function superviseProgram(command: readonly string[]): Promise<Supervised> {
  const stopping = new AbortController();
  const programs: Program[] = [await startProgram(command)];
  const exits: ExternalDNS["exits"][number][] = [];
  const supervise = async (): Promise<void> => {
    for (;;) {
      const program = programs.at(-1);
      const exit = await program?.ended;
      if (stopping.signal.aborted || program === undefined || exit === undefined) return;
      exits.push({ ...exit, lastWords: program.log().slice(-lastWordsLength) });
      await sleep(restartDelayMs);
      if (stopping.signal.aborted) return;
      programs.push(await startProgram(command));
    }
  };
  const supervision = supervise();
  const log = (): string => programs.map((program) => program.log()).join("");
  return {
    log,
    exits,
    suspended: async (work) => {
      const pid = programs.at(-1)?.pid ?? 0;
      process.kill(pid, "SIGSTOP");
      return work().finally(() => process.kill(pid, "SIGCONT"));
    },
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await programs.at(-1)?.stop();
      await supervision;
      await programs.at(-1)?.stop();
    },
  };
}
