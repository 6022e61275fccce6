/** Holds as many connections as it gets: from each address so many, each with a request, opened again when they end. */
import { connect } from "node:net";

const [host = "", port = "", count = "", request = "", ...addresses] = process.argv.slice(2);

/** Milliseconds before a connection that ended is opened again. */
const pause = 2000;

let attempts = 0;

function hold(localAddress: string): void {
  const socket = connect({ host, port: Number(port), localAddress });
  socket.on("connect", () => socket.write(request.replaceAll(String.raw`\r\n`, "\r\n")));
  socket.on("error", () => {});
  socket.on("close", () => setTimeout(hold, pause, localAddress));
  socket.resume();
  attempts++;
  if (attempts === 2 * Number(count) * addresses.length) process.stdout.write("held\n");
}

for (const address of addresses) for (let index = 0; index < Number(count); index++) hold(address);
setTimeout(() => process.stdout.write("held\n"), 3000);
