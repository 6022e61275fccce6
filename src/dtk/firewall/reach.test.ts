/** Both wgets' words are understood. */
import { expect, test } from "vitest";
import { judgeReach } from "./reach.ts";

/** BusyBox 1.37 and GNU Wget 1.21, as they print them. */
test.each([
  {
    case: "BusyBox, let in",
    output: "Connecting to 192.0.2.1:5000 (192.0.2.1:5000)\n  HTTP/1.1 200 OK\n  x-seen-from: 192.0.2.7\n  \nok",
    expected: { kind: "reached", seenFrom: "192.0.2.7", isAllowed: true },
  },
  {
    case: "BusyBox, not let in",
    output: "  HTTP/1.1 403 Forbidden\n  X-Seen-From: 192.0.2.7\nwget: server returned error: HTTP/1.1 403 Forbidden",
    expected: { kind: "reached", seenFrom: "192.0.2.7", isAllowed: false },
  },
  {
    case: "GNU, IPv6",
    output: "HTTP request sent, awaiting response... \n  HTTP/1.1 200 OK\n  x-seen-from: fd00::7\nLength: 2\nok",
    expected: { kind: "reached", seenFrom: "fd00::7", isAllowed: true },
  },
  { case: "another server", output: "  HTTP/1.1 200 OK\n  Server: nginx\n", expected: { kind: "stranger" } },
  {
    case: "BusyBox, refused",
    output: "wget: can't connect to remote host (192.0.2.1): Connection refused",
    expected: { kind: "refused" },
  },
  { case: "GNU, refused", output: "failed: Connection refused.", expected: { kind: "refused" } },
  {
    case: "BusyBox, no such name",
    output: "wget: bad address 'host.docker.internal:5000'",
    expected: { kind: "unknown-host" },
  },
  { case: "GNU, no such name", output: "wget: unable to resolve host address 'x'", expected: { kind: "unknown-host" } },
  { case: "BusyBox, no answer", output: "wget: download timed out", expected: { kind: "silent" } },
])("$case", ({ output, expected }) => {
  expect(judgeReach({ kind: "ran", output })).toEqual(expected);
});

test("no pod, no judgement", () => {
  const outcome = { kind: "could-not-run", why: "ImagePullBackOff" } as const;
  expect(judgeReach(outcome)).toEqual(outcome);
});
