/** Answers systemd-resolved's calls over its hook's socket, in its own protocol (varlink.org): JSON, each message ended by NUL. */
import { chmod, mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { type Server, type Socket, createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as z from "zod/mini";
import { parseJSON } from "../../base/json.ts";
import type { NameSource } from "../resolver-wiring.ts";

export interface HookServer extends AsyncDisposable {
  /** From now on it is asked about these domains and what lies below them; told at once over open connections. */
  readonly answerFor: (domains: readonly string[]) => void;
}

/** Octets of one call; those of the resolver have some hundred. */
const longestCall = 64 * 1024;

/** Connections at a time; the resolver holds one and opens one for each question. */
const mostConnections = 256;

const callSchema = z.object({
  method: z.string(),
  parameters: z._default(z.optional(z.unknown()), {}),
  more: z.optional(z.boolean()),
  oneway: z.optional(z.boolean()),
});

/** What is read of a question (systemd's varlink-io.systemd.Resolve.Hook). */
const questionSchema = z.object({
  question: z.array(z.object({ key: z.object({ class: z.int(), type: z.int(), name: z.string() }) })),
});

const internet = 1;

/** Milliseconds within which the kernel may give two changes of a folder one time. */
const longestTick = 25;

/** What the names of our sockets begin with. */
const ours = "hostsfile-server";

/**
 * Opens the socket, and removes what a killed process left.
 *
 * The resolver looks into the folder only after something came or went there, connects to a new socket once, and forgets
 * one that it may not connect to until something else comes or goes. So the socket is moved there when it is ready.
 * The domains it asks for only with a name that it has not seen before, so each process has its own.
 *
 * @param folder - where resolved looks for hooks
 * @throws the system's error
 */
export async function openHookServer(folder: string, source: NameSource): Promise<HookServer> {
  for (const name of await readdir(folder))
    if (name.startsWith(ours)) await rm(join(folder, name), { recursive: true, force: true });
  const sockets = new Set<Socket>();
  const subscribed = new Set<Socket>();
  let filterDomains: readonly string[] = [];
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      sockets.delete(socket);
      subscribed.delete(socket);
    });
    readMessages(socket, (text) => {
      const call = readCall(text);
      if (call === undefined) return void socket.destroy();
      if (call.method === "io.systemd.Resolve.Hook.QueryFilter") {
        if (call.more === true) subscribed.add(socket);
        return send(socket, { parameters: { filterDomains }, ...(call.more === true && { continues: true }) });
      }
      if (call.oneway !== true) send(socket, answerTo(call, source));
    });
  });
  server.maxConnections = mostConnections;
  const name = `${ours}.${process.pid}.${Date.now()}`;
  const path = join(folder, name);
  await openIn(server, { staging: join(folder, `${name}.new`), path });
  return {
    answerFor: (domains) => {
      if (domains.join() === filterDomains.join()) return;
      filterDomains = domains;
      for (const socket of subscribed) send(socket, { parameters: { filterDomains }, continues: true });
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      await rm(path, { force: true });
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Folders among the sockets are passed over. */
async function openIn(
  server: Server,
  { staging, path }: { readonly staging: string; readonly path: string },
): Promise<void> {
  await mkdir(staging);
  const first = join(staging, "socket");
  server.listen(first);
  await once(server, "listening");
  // The resolver runs as a user of its own.
  await chmod(first, 0o666);
  await rename(first, path);
  // The folder's time must change once more: two changes within one tick of the kernel's clock look like one.
  await sleep(longestTick);
  await rmdir(staging);
}

function readMessages(socket: Socket, take: (text: string) => void): void {
  let rest: Buffer = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(0); end !== -1; end = rest.indexOf(0)) {
      take(rest.toString("utf8", 0, end));
      rest = rest.subarray(end + 1);
    }
    if (rest.length > longestCall) socket.destroy();
  });
}

function send(socket: Socket, message: object): void {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\0`);
}

type Call = z.infer<typeof callSchema>;

function readCall(text: string): Call | undefined {
  return callSchema.safeParse(parseJSON(text)).data;
}

/** An answer without `rcode` means: ask elsewhere. That is also what every call that is not understood gets of the resolver. */
function answerTo({ method, parameters }: Call, source: NameSource): object {
  if (method !== "io.systemd.Resolve.Hook.ResolveRecord")
    return { error: "org.varlink.service.MethodNotFound", parameters: { method } };
  const { success, data } = questionSchema.safeParse(parameters);
  if (!success) return { error: "org.varlink.service.InvalidParameter", parameters: { parameter: "question" } };
  const keys = data.question.map(({ key }) => key).filter((key) => key.class === internet);
  const found = keys.map(({ name, type }) => source.lookUp(name.replace(/\.$/, ""), type));
  if (!found.some(({ isKnown }) => isKnown)) return { parameters: {} };
  const records = found.flatMap((each) => each.records);
  return { parameters: { rcode: 0, answer: records.map((raw) => ({ raw: Buffer.from(raw).toString("base64") })) } };
}
