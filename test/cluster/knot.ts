/** Knot as an authoritative server on loopback, with zones from text. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DNSConnection, type DNSServer, exchangeUDP, frame } from "../support/dns-client.ts";
import { encodeQuestion } from "../support/dns-question.ts";
import { dnsTools, dnsToolsEnvironment } from "./dns-tools.ts";
import { eventually } from "./eventually.ts";

/** A running Knot. */
export interface Knot extends AsyncDisposable {
  readonly server: DNSServer;
  readonly pid: number;
  /** Asks all at once over one connection; the answers come in the order of the questions. */
  readonly ask: (questions: readonly Buffer[]) => Promise<readonly Buffer[]>;
}

/**
 * Starts Knot.
 *
 * @param zones - the text of each zone file by its domain
 * @param port - free on 127.0.0.1
 */
export async function startKnot(folder: string, zones: ReadonlyMap<string, string>, port: number): Promise<Knot> {
  mkdirSync(folder, { recursive: true });
  for (const [domain, text] of zones) writeFileSync(join(folder, `${domain}.zone`), text);
  const configuration = join(folder, "knot.conf");
  writeFileSync(configuration, configurationOf(folder, [...zones.keys()], port));
  const child = spawn(dnsTools.knotd, ["-c", configuration], {
    env: dnsToolsEnvironment(),
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += String(chunk)));
  const server = { address: "127.0.0.1", port };
  const [first = ""] = zones.keys();
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
  };
  try {
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`Knot ended: ${said}`);
      const answer = await exchangeUDP(server, encodeQuestion(first, "SOA"), 100);
      if (answer === undefined || (answer.readUInt8(3) & 15) !== 0) throw new Error(`Knot does not answer: ${said}`);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    server,
    pid: child.pid ?? 0,
    ask: (questions) => askAll(server, questions),
    [Symbol.asyncDispose]: stop,
  };
}

async function askAll(server: DNSServer, questions: readonly Buffer[]): Promise<readonly Buffer[]> {
  await using connection = new DNSConnection(server);
  connection.socket.end(Buffer.concat(questions.map(frame)));
  await connection.ended;
  return connection.messages;
}

function configurationOf(folder: string, domains: readonly string[], port: number): string {
  const zones = domains.map((domain) => `  - domain: ${domain}.\n    file: ${join(folder, `${domain}.zone`)}\n`);
  return `server:
    rundir: ${folder}
    listen: 127.0.0.1@${port}
    tcp-idle-timeout: 60
database:
    storage: ${folder}
log:
  - target: stderr
    any: warning
template:
  - id: default
    semantic-checks: off
    zonefile-load: whole
    journal-content: none
zone:
${zones.join("")}`;
}
