/** A door before a loopback port: closed, it cuts every connection and refuses new ones. */
import { once } from "node:events";
import { type Server, type Socket, connect, createServer } from "node:net";
import { freePort } from "./eventually.ts";

export interface Door extends AsyncDisposable {
  readonly port: number;
  /** Cuts what is connected; what connects later passes. */
  readonly cut: () => void;
  readonly close: () => Promise<void>;
  readonly open: () => Promise<void>;
}

/** Opens a door to a port of 127.0.0.1. */
export async function openDoor(inner: number): Promise<Door> {
  const port = await freePort();
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const open = async (): Promise<void> => {
    server = createServer((caller) => {
      const answerer = connect(inner, "127.0.0.1");
      for (const socket of [caller, answerer]) {
        sockets.add(socket.on("error", () => [caller, answerer].map((either) => either.destroy())));
        socket.on("close", () => {
          sockets.delete(socket);
          for (const either of [caller, answerer]) either.destroy();
        });
      }
      caller.pipe(answerer).pipe(caller);
    }).listen(port, "127.0.0.1");
    await once(server, "listening");
  };
  const close = async (): Promise<void> => {
    const closing = server && once(server, "close");
    server?.close();
    cut();
    await closing;
    server = undefined;
  };
  await open();
  return { port, cut, open, close, [Symbol.asyncDispose]: close };
}
