/** A program of somebody else's on a port: it prints every byte that it is sent, and may pass everything on to another port. */
import { type AddressInfo, connect, createServer } from "node:net";

const [host, port, passOnTo] = process.argv.slice(2);

/** Refuses as a server of ours would that wants to be shown a token. */
const refusal =
  'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm="hostsfile-server"\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}';

const server = createServer((socket) => {
  const real = passOnTo === undefined ? undefined : connect(Number(passOnTo), "127.0.0.1");
  socket.on("error", () => {}).on("close", () => real?.destroy());
  real?.on("error", () => socket.destroy()).pipe(socket);
  socket.on("data", (bytes) => {
    process.stdout.write(`${JSON.stringify(bytes.toString("latin1"))}\n`);
    if (real === undefined) socket.end(refusal);
    else real.write(bytes);
  });
});
server.listen(Number(port), host, () => {
  const { port: own } = server.address() as AddressInfo;
  process.stdout.write(`listening on ${own} as ${process.geteuid?.()}\n`);
});
