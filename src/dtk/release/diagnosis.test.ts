/** Known causes are told from ExternalDNS's real words, and its log never shows a token. */
import { expect, test } from "vitest";
import { diagnose, lastLines } from "./diagnosis.ts";

const url = "http://192.0.2.1:5000";

function say(
  log: string,
  known: { readonly firewall?: readonly string[]; readonly otherWays?: readonly string[] } = {},
) {
  return diagnose({ log, url, cluster: "kind-a", firewall: [], otherWays: [], ...known });
}

/** As v0.19.0 and v0.21.0 print them. */
test.each([
  ["failed to connect to webhook: unexpected status code 401", "webhook-wrong-token"],
  ["failed to connect to webhook: status code < 500", "webhook-wrong-token"],
  ["failed to connect to webhook: server error: status code 503", "webhook-not-allowed"],
  ["wrong content type returned from server: text/html", "webhook-wrong-content"],
  ['Get \\"http://x:5000\\": dial tcp: lookup x on 10.96.0.10:53: no such host', "webhook-unknown-host"],
  ['Get \\"http://192.0.2.1:5000\\": dial tcp 192.0.2.1:5000: connect: connection refused', "webhook-refused"],
  ['Get \\"http://192.0.2.1:5000\\": dial tcp 192.0.2.1:5000: i/o timeout', "webhook-unreachable"],
  [
    'Get \\"http://192.0.2.1:5000\\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    "webhook-unreachable",
  ],
  ['ingresses is forbidden: User \\"system:serviceaccount:x:y\\" cannot list', "external-dns-forbidden"],
  ["flag parsing error: unknown flag --annotation-prefix", "external-dns-flags"],
])("%s: %s", (words, code) => {
  expect(say(`time="2026-11-22T22:51:10Z" level=fatal msg="${words}"`)?.code).toBe(code);
});

test("what is not known has no cause", () => {
  expect(say('level=fatal msg="something new"')).toBeUndefined();
  expect(say("")).toBeUndefined();
});

test("the firewall's command is what to type, when there is one", () => {
  const log = "dial tcp: i/o timeout";
  const hint = "Let the cluster through this desktop's firewall:";
  expect(say(log, { firewall: ["sudo ufw allow x"] })).toMatchObject({ hint, command: "sudo ufw allow x" });
  expect(say(log, { firewall: ["sudo ufw allow x"], otherWays: ["a.test"] })).toMatchObject({
    hint: `Or the way to the desktop is another; try: --host-ip a.test\n  ${hint}`,
    command: "sudo ufw allow x",
  });
  expect(say(log)?.hint).toMatch(/^Allow the port in this desktop's firewall/);
});

test.each(["dial tcp: i/o timeout", "connect: connection refused", "lookup x: no such host"])(
  "%s: other ways to the desktop are named",
  (log) => {
    expect(say(log, { otherWays: ["host.docker.internal", "10.0.2.2"] })?.hint).toMatch(
      /try: --host-ip host\.docker\.internal, or --host-ip 10\.0\.2\.2$/,
    );
    expect(say(log)?.hint).not.toContain("try:");
  },
);

test("the last lines leave out the configuration, and mask a token", () => {
  const log = [
    'level=info msg="config: {WebhookProviderURL:http://default:sekret@192.0.2.1:5000}"',
    "",
    'level=fatal msg="Get http://default:sekret@192.0.2.1:5000/records"',
  ].join("\n");
  expect(lastLines(log)).toEqual(['level=fatal msg="Get http://default:***@192.0.2.1:5000/records"']);
  expect(lastLines("1\n2\n3\n", 2)).toEqual(["2", "3"]);
});
