/** A responder that answers, sockets that are closed, and answers that never come. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { expect, test } from "vitest";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { dnsAnswers, judgeResponder } from "./dns-answers.ts";

const none = { total: 0, list: [] };

function statusWith(port: number, transports: readonly ("udp" | "tcp")[] = ["udp"]) {
  const sockets = transports.map((transport) => ({ address: `127.0.0.1:${port}`, transport, open: true }));
  const sink = { id: "dns", name: "DNS responder", ok: true, lastWrittenAt: null, method: null, conflicts: none };
  return statusOf({
    clusters: [clusterOf()],
    sinks: [{ ...sink, trouble: null, responder: { sockets, queries: 0, drops: 0, lastQueryAt: null } }],
  });
}

test("nothing is asked while it is off", () => {
  expect(judgeResponder(statusOf(), [])).toEqual([{ grade: "ok", message: "The DNS responder is off." }]);
});

test("a server that answers, and one that says nothing", async () => {
  const socket = createSocket("udp4");
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  const status = statusWith(socket.address().port);
  const look = async () => dnsAnswers.run(bareDesktop({ status: async () => status }));
  try {
    expect(await look()).toMatchObject([{ grade: "problem", code: "dns-silent", message: /over UDP/ }].map(loosely));
    socket.on("message", (question, from) => socket.send(question, from.port, from.address));
    expect(await look()).toMatchObject([{ grade: "ok" }]);
  } finally {
    socket.close();
  }
});

test("what the server says of a closed socket is told in its words", () => {
  const attention = [{ code: "dns-port-taken", message: "No.", hint: "End it:", command: "sudo kill 7", sink: "dns" }];
  expect(judgeResponder({ ...statusWith(5391), attention }, [])).toEqual([
    { grade: "problem", code: "dns-port-taken", message: "No.", hint: "End it:", command: "sudo kill 7" },
  ]);
});

function loosely<Given extends { readonly message: RegExp }>({ message, ...given }: Given) {
  return { ...given, message: expect.stringMatching(message) as string };
}
