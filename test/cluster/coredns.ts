/** The real CoreDNS with its plugin etcd, which answers from what a team server publishes. */
import { once } from "node:events";
import { createSocket } from "node:dgram";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import dnsPacket from "dns-packet";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { eventually, freePort } from "./eventually.ts";
import { startProgram } from "./program.ts";
import { tools } from "./tools.ts";

export interface DNSAnswer {
  /** As in `NOERROR` and `NXDOMAIN`. */
  readonly code: string;
  /** Of the type that was asked for, sorted. */
  readonly data: readonly string[];
}

export interface CoreDNS extends AsyncDisposable {
  readonly ask: (name: string, type: "A" | "AAAA" | "TXT") => Promise<DNSAnswer>;
  readonly log: () => string;
}

/**
 * Starts it for some zones, without a cache.
 *
 * @param endpoints - of etcd, as in `http://127.0.0.1:2379`
 */
export async function startCoreDNS(zones: readonly string[], endpoints: readonly string[]): Promise<CoreDNS> {
  await using started = new AsyncDisposableStack();
  const folder = started.use(temporaryFolder()).path;
  const port = await freePort();
  const file = join(folder, "Corefile");
  const plugin = `etcd {\n    path /skydns\n    endpoint ${endpoints.join(" ")}\n  }`;
  await writeFile(
    file,
    `${zones.map((zone) => `${zone}:${port}`).join(" ")} {\n  bind 127.0.0.1\n  errors\n  ${plugin}\n}\n`,
  );
  const program = started.use(await startProgram([tools.coredns, "-conf", file]));
  const ask: CoreDNS["ask"] = (name, type) => askOver(port, name, type);
  await eventually(() => ask(zones[0] ?? "", "A"));
  const owned = started.move();
  return { ask, log: program.log, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** Asks whatever answers DNS at a port of 127.0.0.1, over UDP. */
export async function askOver(port: number, name: string, type: "A" | "AAAA" | "TXT"): Promise<DNSAnswer> {
  const socket = createSocket("udp4");
  try {
    const question = dnsPacket.encode({ type: "query", id: 7, flags: 0, questions: [{ type, name }] });
    socket.connect(port, "127.0.0.1");
    await once(socket, "connect");
    const answer = once(socket, "message", { signal: AbortSignal.timeout(5_000) });
    socket.send(question);
    const [message] = (await answer) as [Buffer];
    const { rcode, answers = [] } = dnsPacket.decode(message) as ReturnType<typeof dnsPacket.decode> & {
      readonly rcode: string;
    };
    const data = answers.flatMap((each) => (each.type === type && "data" in each ? [String(each.data)] : []));
    return { code: rcode, data: data.toSorted() };
  } finally {
    socket.close();
  }
}
