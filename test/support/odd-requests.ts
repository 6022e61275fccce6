/** Sends a server what a caller may think of to make it write elsewhere; prints how many requests it sent and how many were answered. */
import { connect } from "node:net";

const port = Number(process.argv[2]);

const oddTexts = [
  "/etc/passwd",
  "../../etc/passwd",
  "%2e%2e%2fetc%2fcron.d%2fx",
  "..%5c..%5cx",
  "x%00y",
  "a%20b",
  "x%0a127.0.0.1%20y",
  "#",
  "clusters/../../x",
  "x".repeat(5000),
];
const methods = ["GET", "POST", "DELETE", "PUT"];
const words = ["", "records", "adjustendpoints", "domains", "clusterip", "targets", "status", "metrics", "healthz"];

interface OddRequest {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

function changesWith(text: string): OddRequest[] {
  const plain = decodeURIComponent(text);
  const names = [plain, `${plain}.dtk.io`, "storm.dtk.io"];
  const endpoints = names.map((dnsName) => ({
    dnsName,
    targets: [plain],
    recordType: "CNAME",
    setIdentifier: plain,
    labels: { resource: plain },
  }));
  return ["create", "updateNew", "delete"].map((kind) => ({
    method: "POST",
    path: "/records",
    body: JSON.stringify({ [kind]: endpoints }),
  }));
}

function requestsWith(text: string): OddRequest[] {
  const plain = methods.flatMap((method) => [
    ...words.map((word) => ({ method, path: `/${word}`, body: decodeURIComponent(text) })),
    ...words.map((word) => ({ method, path: `/clusters/${text}/${word}`, body: text })),
    ...["", "domains/", "clusters/"].map((start) => ({ method, path: `/${start}${text}`, body: "" })),
  ]);
  // The domain is taken away by the storm itself.
  return [...plain, { method: "POST", path: "/domains", body: "dtk.io" }, ...changesWith(text)];
}

/** Waits for the first bytes of an answer. */
async function send({ method, path, body }: OddRequest): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, "127.0.0.1");
  socket.on("data", () => resolve(true)).on("error", () => resolve(false));
  socket.on("close", () => resolve(false));
  socket.write(
    `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  return promise.finally(() => socket.destroy());
}

let [sent, answered] = [0, 0];
for (const request of oddTexts.flatMap(requestsWith)) {
  sent += 1;
  if (await send(request)) answered += 1;
}
process.stdout.write(JSON.stringify({ sent, answered }));
