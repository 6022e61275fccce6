/** Plays the cluster's ingress controller: an HTTPS server that says for which host it was asked. Run as a program. */
import { readFileSync } from "node:fs";
import { createServer } from "node:https";

const [address, certificate = "", key = ""] = process.argv.slice(2);
const files = { cert: readFileSync(certificate), key: readFileSync(key) };
const server = createServer(files, (request, response) => {
  response.end(`This is ${request.headers.host ?? "nobody"} on ${request.socket.localAddress ?? "nowhere"}.\n`);
});
server.listen(443, address, () => {
  process.stdout.write("listening\n");
});
