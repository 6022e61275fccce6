/** The measured rows as a Markdown table, and the page around it. */
import { arch, availableParallelism, platform, totalmem } from "node:os";
import type { Row } from "./row.ts";

/** Renders the table. */
export function renderTable(rows: readonly Row[]): string {
  const head = "| what | ours | reference | ratio | goal | met |\n|---|---|---|---|---|---|\n";
  return head + rows.map((row) => `${renderRow(row)}\n`).join("");
}

function renderRow({ what, ours, reference, ratio, goal, met }: Row): string {
  const verdict = met === undefined ? "" : met ? "yes" : "**no**";
  return `| ${[what, ours, reference, ratio === undefined ? "" : `${ratio.toFixed(2)}x`, goal, verdict].join(" | ")} |`;
}

/** Renders docs/performance.md. */
export function renderPage({
  rows,
  fileSystem,
}: {
  readonly rows: readonly Row[];
  readonly fileSystem: string;
}): string {
  const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
  const machine = `${platform()} on ${arch()}, ${availableParallelism()} cores, ${memory} of memory, ${fileSystem}, Node ${process.version}`;
  return `# Performance

Made by \`npm run bench -- --write\`; do not edit by hand. \`--with-cluster\` adds the way from an Ingress to a resolving name, with a real ExternalDNS and API server.

Measured on a virtual machine: ${machine}. Times are medians. What is compared was measured in the same run, turn by turn, on the same disk.

${renderTable(rows)}
## How to read it

- **One name added** is one \`POST /records\` with the name's CNAME and TXT over a kept connection, from the request to the 204; then record and line are on disk. The floor is what that must cost at least: the same record appended to a file and synced, and the same hosts file written, synced, renamed, and its folder synced.
- A public Go provider was measured elsewhere. It rewrites its file without fsync, so with few names it does less than the floor.
- **Of it** says where the time goes: reading the body, storing it durably, computing the view, and showing it, which reads the hosts file, renders, writes, reads back what was written, and looks once more for edits of others before the rename. The rest is HTTP.
- **From outside** is measured by a client in a process of its own, in Go as ExternalDNS is. The provider in Go (\`bench/outside\`) uses ExternalDNS's own server for providers, keeps its endpoints in memory, and rewrites its whole file without fsync. \`--with-go\` adds these rows.
- **State written** is what the process hands to the kernel in one change, beside the hosts file, by \`/proc/PID/io\`.
- **Bulk** posts to an empty server; 100,000 names go in two requests, since one would pass 32 MiB.
- **Start** is from spawning the process until \`GET /\` is answered, with state and compiled code there from an earlier start.
- Of the start, some 15 ms are Node's own \`fetch\` and HTTP/2, which Hono and its server adapter load for their answers, and some 8 ms are the ES module loader. A V8 start-up snapshot does not help: Node 24 ends with a fatal error when \`node:http\` is in one.
- **\`dtk install-addon\` with nothing to change** asks Helm's release, ten kinds of resources, and the server. It is held against \`helm get values\` and \`curl\` of the status alone, and against these with the \`kubectl get\` of the kinds that it must know. Some 60 ms of it are starting Node and loading dtk.
- **doctor** is on a desktop where it finds nothing wrong, with a cluster on a machine of its own.
- **watch** is the built watcher on the administrator's token, with a real API server and etcd on the same two cores. The name is asked for every millisecond with getaddrinfo where the hosts file is \`/etc/hosts\`. The line is on disk when the server has answered 204; the event is here when a second watch beside the watcher's has it.
- **Ten clusters** are one API server at ten addresses. **Changes** are Ingresses that get another host, each of which removes one name and adds one. **An hour at rest** takes a minute, since a proxy before the API server has each watch end 60 times sooner than the watcher asked. What the API server takes to answer and to end is not counted: **answers again** begins with the first object that it takes.
- **Memory** is the resident set 10 s after the last request of five loops of ExternalDNS.

## An hour against the model

\`npm run soak -- --minutes=60\` runs random operations on a real server and compares the hosts file and the records with an independent model after each of them. Every third server writes to a mounted file, so in place. One run of an hour, on two cores beside other work: 68,242 operations, among them 45,973 posts, 11,135 edits by other programs, 836 restarts, 3,140 kills, and 797 posts while the file was protected. Kills cut off 1,561 answers. No line and no record differed from the model. The server took at most 114 MiB.
`;
}
