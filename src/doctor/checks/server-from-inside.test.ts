/** What a pod sees of the server, with the codes that ExternalDNS's own words have for the same causes. */
import { expect, test } from "vitest";
import type { Reach } from "../../dtk/firewall/reach.ts";
import { judgeFromInside } from "./server-from-inside.ts";

const url = "http://192.168.122.1:5000";
const plain = { url, isTokenRequired: false, firewall: [] };

function judge(reach: Reach, others: { isTokenRequired?: boolean; firewall?: readonly string[] } = {}) {
  return judgeFromInside({ ...plain, reach, ...others });
}

test("a caller that may call is fine, and so is one with a token", () => {
  const seen = { kind: "reached", seenFrom: "10.0.0.7" } as const;
  expect(judge({ ...seen, isAllowed: true })).toEqual({
    grade: "ok",
    message: `The cluster reaches ${url}, where it is seen as 10.0.0.7, which may call.`,
  });
  expect(judge({ ...seen, isAllowed: false }, { isTokenRequired: true }).grade).toBe("ok");
  expect(judge({ ...seen, isAllowed: false })).toMatchObject({
    grade: "problem",
    code: "webhook-not-allowed",
    hint: "Start the server with --allow=10.0.0.7",
  });
});

test.each([
  ["stranger", "webhook-wrong-content"],
  ["refused", "webhook-refused"],
  ["unknown-host", "webhook-unknown-host"],
  ["silent", "webhook-unreachable"],
] as const)("%s is the problem %s", (kind, code) => {
  expect(judge({ kind })).toMatchObject({ grade: "problem", code, message: expect.stringContaining(url) });
});

test("what opens the firewall is the command to type, where one was found", () => {
  expect(judge({ kind: "silent" }, { firewall: ["sudo ufw allow x", "sudo ufw reload"] })).toMatchObject({
    hint: "Let the cluster through this desktop's firewall:",
    command: "sudo ufw allow x; sudo ufw reload",
  });
  expect(judge({ kind: "silent" })).not.toHaveProperty("command");
});

test("a pod that could not run is a note: nothing is known", () => {
  expect(judge({ kind: "could-not-run", why: "ImagePullBackOff." })).toMatchObject({
    grade: "note",
    code: "probe-not-run",
    message: "No probe could run inside the cluster: ImagePullBackOff.",
  });
});
