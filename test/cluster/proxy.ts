/** A proxy before several servers that goes on with the next one when one is gone, as a Service of Kubernetes does. */
import { once } from "node:events";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";

/** Hands each connection to the first port that takes it, as a Service does with servers that are ready. */
export async function openProxy(ports: readonly number[]): Promise<{ readonly url: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((caller) => {
    sockets.add(caller);
    caller.on("error", () => caller.destroy()).on("close", () => sockets.delete(caller));
    const [first, ...rest] = ports;
    const tryPort = (port: number | undefined, others: readonly number[]): void => {
      if (port === undefined) return void caller.destroy();
      const answerer = connect(port, "127.0.0.1");
      const next = (): void => tryPort(others[0], others.slice(1));
      answerer.once("error", next).once("connect", () => {
        answerer.off("error", next).on("error", () => caller.destroy());
        sockets.add(answerer);
        caller.on("close", () => answerer.destroy());
        answerer.on("close", () => caller.destroy());
        caller.pipe(answerer).pipe(caller);
      });
    };
    tryPort(first, rest);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
