/** Measures the way from an applied Ingress to a resolving name with real parts, and the server's share of it. Run as a program it prints a table. */
import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { startAPIServer } from "./api-server.ts";
import { type PrivateDesktop, etcOfItsOwn, openPrivateDesktop } from "./desktop.ts";
import { eventually } from "./eventually.ts";
import { type ExternalDNS, startExternalDNS } from "./external-dns.ts";
import { type Namespace, openNamespace } from "./kubernetes.ts";
import { run } from "./program.ts";
import { ingress } from "./resources.ts";
import { startServer } from "./server.ts";

/** All times in ms. */
export interface Latency {
  /** From the start of `kubectl apply` until getent(1) finds the name. */
  readonly appliedToResolving: readonly number[];
  /** From ExternalDNS's `POST /records` until it has its 204, as ExternalDNS measures it. */
  readonly requestToAnswer: readonly number[];
  /** The file system that holds hosts file and state. */
  readonly fileSystem: string;
}

const postRecords = 'method="POST",path="records"';
const durations = "external_dns_http_request_duration_seconds_sum";
const loopMs = 2000;

/**
 * Applies one Ingress after the other, spread over ExternalDNS's loop, which runs every one to two seconds.
 *
 * @param rounds - how many Ingresses
 */
export async function measureLatency(rounds: number): Promise<Latency> {
  await using apiServer = await startAPIServer();
  await using desktop = await openPrivateDesktop(etcOfItsOwn, "/etc/hosts");
  await using server = await startServer({ desktop });
  const namespace = await openNamespace(apiServer.kubeconfig);
  await using externalDNS = await startExternalDNS({ namespace, url: server.url });
  await externalDNS.settled();
  const measured: { readonly resolving: number; readonly answer: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await sleep((loopMs * round) / rounds);
    measured.push(await measureOne({ desktop, namespace, externalDNS, round }));
  }
  return {
    appliedToResolving: measured.map(({ resolving }) => resolving),
    requestToAnswer: measured.map(({ answer }) => answer),
    fileSystem: (await run(["findmnt", "-no", "FSTYPE", "-T", tmpdir()])).trim(),
  };
}

async function measureOne(options: {
  readonly desktop: PrivateDesktop;
  readonly namespace: Namespace;
  readonly externalDNS: ExternalDNS;
  readonly round: number;
}): Promise<{ readonly resolving: number; readonly answer: number }> {
  const { desktop, namespace, externalDNS, round } = options;
  const name = `round-${round}.dtk.io`;
  const before = await externalDNS.metric(durations, postRecords);
  const start = performance.now();
  await namespace.apply(ingress({ name: `round-${round}`, hosts: [name] }));
  await eventually(async () => run([...desktop.enter, "getent", "hosts", name]), { intervalMs: 5 });
  const resolving = performance.now() - start;
  const seconds = await eventually(async () => {
    const after = await externalDNS.metric(durations, postRecords);
    assert(after > before);
    return after - before;
  });
  return { resolving, answer: seconds * 1000 };
}

/** The middle of several numbers. */
export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const { appliedToResolving, requestToAnswer, fileSystem } = await measureLatency(20);
  const rows = { "Ingress applied to name resolving": appliedToResolving, "POST /records to 204": requestToAnswer };
  process.stdout.write(`${appliedToResolving.length} Ingresses, --interval=1s, ${fileSystem}\n`);
  for (const [what, values] of Object.entries(rows)) {
    const [least, most] = [Math.min(...values), Math.max(...values)];
    process.stdout.write(`${what}: median ${ms(median(values))}, ${ms(least)} to ${ms(most)}\n`);
  }
}

function ms(value: number): string {
  return `${value.toFixed(value < 100 ? 1 : 0)} ms`;
}
