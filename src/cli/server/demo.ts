/** `hostsfile-server demo`: the seed's twelve steps with the real server on a scratch hosts file; ExternalDNS's requests are played. */
import { rmSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPatch } from "diff";
import { type Daemon, startDaemon } from "../../daemon/daemon.ts";
import type { Log } from "../../base/log.ts";
import type { Endpoint } from "../../records/endpoint.ts";
import { type HTTPRequest, sendRequest } from "../../base/request.ts";
import { webhookMediaType } from "../../sources/webhook/routes.ts";
import { printableJSON } from "../../base/printable.ts";

const domain = "dtk.io";
const clusterIP = "192.168.122.167";

/** A hosts file as a user might have it, last line unterminated. */
const usersFile = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost\n\n# my own\n192.168.0.12 desktop desktop.lan";

/** What ExternalDNS makes of the seed's Ingress: the record, and the text record that names its owner. */
const ingress: Endpoint = {
  dnsName: "foo.dtk.io",
  targets: ["foo.dtk.io"],
  recordType: "CNAME",
  labels: { owner: "default", resource: "ingress/default/test" },
};
const ownership: Endpoint = {
  dnsName: "cname-foo.dtk.io",
  targets: ['"heritage=external-dns,external-dns/owner=default,external-dns/resource=ingress/default/test"'],
  recordType: "TXT",
  labels: { ownedRecord: "foo.dtk.io" },
};

interface Step {
  readonly text: string;
  readonly act?: (world: World) => Promise<string>;
}

interface World {
  readonly daemon: Daemon;
  readonly hostsFile: string;
}

interface PlayedStep {
  readonly step: number;
  readonly text: string;
  readonly answer: string | undefined;
  /** The change of the hosts file as a unified diff, empty when there was none. */
  readonly diff: string;
}

const steps: readonly Step[] = [
  {
    text: `You create a cluster. Its control-plane VM has the address ${clusterIP}.`,
    act: setSetting("/clusterip", clusterIP),
  },
  { text: `dtk tells hostsfile-server to manage ${domain}.`, act: setSetting("/domains", domain) },
  { text: "dtk installs ExternalDNS with the webhook provider." },
  { text: "Kubernetes starts ExternalDNS." },
  { text: "ExternalDNS asks which domains are managed.", act: (world) => call(world, "GET", "/") },
  { text: "hostsfile-server has answered.", act: (world) => call(world, "GET", "/domains") },
  { text: "You create an Ingress with the host foo.dtk.io." },
  { text: "ExternalDNS sees the Ingress." },
  {
    text: "ExternalDNS reads its host, and asks what is there already.",
    act: (world) => call(world, "GET", "/records"),
  },
  {
    text: "ExternalDNS asks whether foo.dtk.io may be managed.",
    act: (world) => call(world, "POST", "/adjustendpoints", [ingress]),
  },
  {
    text: "ExternalDNS sends the change, and hostsfile-server writes the hosts file.",
    act: (world) => call(world, "POST", "/records", { create: [ingress, ownership] }),
  },
  { text: "curl https://foo.dtk.io finds the cluster.", act: findLine },
  {
    text: "You delete the Ingress, and the line goes: the file is byte for byte what it was.",
    act: (world) => call(world, "POST", "/records", { delete: [ingress, ownership] }),
  },
];

/**
 * Plays the demo and prints each step.
 *
 * @returns 0, or 1 when the file was not the user's own again in the end
 */
export async function demo(given: { readonly json: boolean | undefined }): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "hostsfile-server-demo-"));
  removeAtExit(folder);
  try {
    const hostsFile = join(folder, "hosts");
    await writeFile(hostsFile, usersFile);
    await using daemon = await startDaemon({
      given: {},
      host: "127.0.0.1",
      port: 0,
      allow: () => undefined,
      adminToken: () => ({ kind: "none" }),
      hostsFile,
      stateFolder: join(folder, "state"),
      isDryRun: false,
      log: silent,
    });
    if (!given.json) process.stdout.write(introduction(hostsFile, daemon.address));
    for (const [index, step] of steps.entries()) {
      const played = await play(index + 1, step, { daemon, hostsFile });
      process.stdout.write(given.json ? `${printableJSON(played)}\n` : renderStep(played));
    }
    return (await readFile(hostsFile, "utf8")) === usersFile ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Also when it is interrupted, or its reader goes away as `head` does. */
function removeAtExit(folder: string): void {
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
}

const silent: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function play(number: number, { text, act }: Step, world: World): Promise<PlayedStep> {
  const before = await readFile(world.hostsFile, "utf8");
  const answer = await act?.(world);
  const after = await readFile(world.hostsFile, "utf8");
  const diff = before === after ? "" : createPatch("hosts", before, after, "", "", { context: 1 });
  return { step: number, text, answer, diff };
}

function setSetting(path: string, body: string): (world: World) => Promise<string> {
  return (world) => send(world, { method: "POST", path, body });
}

function call(world: World, method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
  const headers = { accept: webhookMediaType, "content-type": webhookMediaType };
  return send(world, { method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

async function send({ daemon }: World, request: Omit<HTTPRequest, "port">): Promise<string> {
  const { method, path } = request;
  const { status, text } = await sendRequest({ ...request, port: daemon.port });
  if (status !== 200 && status !== 204) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
  return `${method} ${path} -> ${status} ${text}`.trim();
}

async function findLine({ hostsFile }: World): Promise<string> {
  const lines = (await readFile(hostsFile, "utf8")).split("\n");
  return lines.find((line) => line.endsWith(" foo.dtk.io")) ?? "foo.dtk.io was not found";
}

function introduction(hostsFile: string, address: string): string {
  return `The story of an Ingress, on a scratch hosts file (${hostsFile}) and a server at ${address}.\n`;
}

function renderStep({ step, text, answer, diff }: PlayedStep): string {
  const hunk = diff
    .split("\n")
    .slice(4)
    .filter((line) => line !== "");
  const details = [...(answer === undefined ? [] : [answer]), ...hunk].map((line) => `     ${line}\n`);
  return `\n${String(step).padStart(2)}. ${text}\n${details.join("")}`;
}
