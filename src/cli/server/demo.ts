/** `hostsfile-server demo`: the seed's twelve steps with the real server on a scratch hosts file; ExternalDNS's requests are played. */
import type { Endpoint } from "../../records/endpoint.ts";
import { type HTTPRequest, sendRequest } from "../../base/request.ts";
import { webhookMediaType } from "../../sources/webhook/routes.ts";
import { type PlayedStep, type Stage, type Step, findLine, changedLines, playStory } from "./demo-stage.ts";

const domain = "dtk.io";
const clusterIP = "192.168.122.167";

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

const steps: readonly Step<Stage>[] = [
  {
    text: `You create a cluster. Its control-plane VM has the address ${clusterIP}.`,
    act: setSetting("/clusterip", clusterIP),
  },
  { text: `dtk tells hostsfile-server to manage ${domain}.`, act: setSetting("/domains", domain) },
  { text: "dtk installs ExternalDNS with the webhook provider." },
  { text: "Kubernetes starts ExternalDNS." },
  { text: "ExternalDNS asks which domains are managed.", act: (stage) => call(stage, "GET", "/") },
  { text: "hostsfile-server has answered.", act: (stage) => call(stage, "GET", "/domains") },
  { text: "You create an Ingress with the host foo.dtk.io." },
  { text: "ExternalDNS sees the Ingress." },
  {
    text: "ExternalDNS reads its host, and asks what is there already.",
    act: (stage) => call(stage, "GET", "/records"),
  },
  {
    text: "ExternalDNS asks whether foo.dtk.io may be managed.",
    act: (stage) => call(stage, "POST", "/adjustendpoints", [ingress]),
  },
  {
    text: "ExternalDNS sends the change, and hostsfile-server writes the hosts file.",
    act: (stage) => call(stage, "POST", "/records", { create: [ingress, ownership] }),
  },
  { text: "curl https://foo.dtk.io finds the cluster.", act: (stage) => findLine(stage, "foo.dtk.io") },
  {
    text: "You delete the Ingress, and the file is byte for byte what it was.",
    act: (stage) => call(stage, "POST", "/records", { delete: [ingress, ownership] }),
  },
];

/**
 * Plays the demo and prints each step.
 *
 * @returns 0, or 1 when the file was not the user's own again in the end
 */
export async function demo(given: {
  readonly json: boolean | undefined;
  readonly watch: boolean | undefined;
}): Promise<number> {
  if (given.watch === true) return (await import("./demo-watch.ts")).demoOfWatch(given);
  return playStory({ introduce: introduction, open: openNothing, steps, render: renderStep }, given);
}

async function openNothing(stage: Stage): Promise<Stage & AsyncDisposable> {
  return { ...stage, [Symbol.asyncDispose]: async () => Promise.resolve() };
}

function setSetting(path: string, body: string): (stage: Stage) => Promise<string> {
  return (stage) => send(stage, { method: "POST", path, body });
}

function call(stage: Stage, method: "GET" | "POST", path: string, body?: unknown): Promise<string> {
  const headers = { accept: webhookMediaType, "content-type": webhookMediaType };
  return send(stage, { method, path, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

async function send({ daemon }: Stage, request: Omit<HTTPRequest, "port">): Promise<string> {
  const { method, path } = request;
  const { status, text } = await sendRequest({ ...request, port: daemon.port });
  if (status !== 200 && status !== 204) throw new Error(`${method} ${path} was answered ${status}: ${text}`);
  return `${method} ${path} -> ${status} ${text}`.trim();
}

/** The story fits a terminal of this many columns and 24 rows; `--json` has every answer and difference whole. */
const columns = 80;

function introduction(): string {
  return "The story of an Ingress, with the real server and a scratch hosts file.\n";
}

/** An answer is beside its step where there is room. */
function renderStep(played: PlayedStep): string {
  const { step, text, answer = "" } = played;
  const first = `${String(step).padStart(2)}. ${text}`;
  const isBeside = first.length + 2 + answer.length <= columns;
  const rows = [isBeside ? `${first}  ${answer}`.trimEnd() : first];
  if (!isBeside) rows.push(indent(answer));
  return [...rows, ...changedLines(played).map(indent), ""].join("\n");
}

function indent(line: string): string {
  const row = `     ${line}`;
  return row.length <= columns ? row : `${row.slice(0, columns - 1)}…`;
}
