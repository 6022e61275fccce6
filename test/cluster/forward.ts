/** Lets programs on a machine's own network reach a loopback port outside it, over a socket in the file system, which no network separates. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { type Server, type Socket, connect, createServer } from "node:net";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { eventually } from "./eventually.ts";
import { startProgram } from "./program.ts";

const inside = `
  const { connect, createServer } = require("node:net");
  const [port, path] = process.argv.slice(1);
  createServer((caller) => {
    const outside = connect(path);
    for (const socket of [caller, outside]) socket.on("error", () => { caller.destroy(); outside.destroy(); });
    caller.pipe(outside).pipe(caller);
  }).listen(Number(port), "127.0.0.1", () => console.log("open"));
`;

const outside = `
  const { connect, createServer } = require("node:net");
  const [port, path] = process.argv.slice(1);
  createServer((caller) => {
    const answerer = connect(Number(port), "127.0.0.1");
    for (const socket of [caller, answerer]) socket.on("error", () => { caller.destroy(); answerer.destroy(); });
    caller.pipe(answerer).pipe(caller);
  }).listen(path, () => console.log("open"));
`;

/**
 * Lets this side reach a port of the other side's 127.0.0.1 under the same number, whatever happens to the network between.
 *
 * @param enter - what to put before a command so that it runs on the other network
 */
export async function reachPort(port: number, enter: readonly string[]): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const path = join(opened.use(temporaryFolder()).path, "socket");
  const program = opened.use(await startProgram([...enter, process.execPath, "-e", outside, String(port), path]));
  await eventually(() => assert(program.log().includes("open"), program.log()));
  const { server, end } = relay(() => connect(path));
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  opened.defer(end);
  const owned = opened.move();
  return { [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}

/** A server that passes each caller on. */
function relay(answer: () => Socket): { readonly server: Server; readonly end: () => void } {
  const sockets = new Set<Socket>();
  const server = createServer((caller) => {
    const answerer = answer();
    for (const socket of [caller, answerer]) {
      sockets.add(socket.on("error", () => [caller, answerer].map((either) => either.destroy())));
      socket.on("close", () => sockets.delete(socket));
    }
    caller.pipe(answerer).pipe(caller);
  });
  const end = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { server, end };
}

/**
 * Forwards a port, the same on both sides.
 *
 * @param port - on this side's 127.0.0.1 the server answers; on the other side's 127.0.0.1 it is opened
 * @param enter - what to put before a command so that it runs on the other network
 */
export async function forwardPort(port: number, enter: readonly string[]): Promise<AsyncDisposable> {
  await using opened = new AsyncDisposableStack();
  const path = join(opened.use(temporaryFolder()).path, "socket");
  const { server, end } = relay(() => connect(port, "127.0.0.1"));
  server.listen(path);
  await once(server, "listening");
  opened.defer(end);
  const program = opened.use(await startProgram([...enter, process.execPath, "-e", inside, String(port), path]));
  await eventually(() => assert(program.log().includes("open"), program.log()));
  const owned = opened.move();
  return { [Symbol.asyncDispose]: async () => owned.disposeAsync() };
}
