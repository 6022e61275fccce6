/** Where ExternalDNS calls is judged by the addresses, the port and the clusters that there are. */
import { expect, test } from "vitest";
import { chainOf, started } from "../../../test/support/external-dns.ts";
import type { WebhookPath } from "../looks/cluster-looks.ts";
import { type WebhookFacts, judgeWebhookURL } from "./webhook-url.ts";

function judge(chain: WebhookPath, given: Partial<WebhookFacts> = {}) {
  const own = new Set(["127.0.0.1", "192.168.122.1", "fd00:122::1"]);
  return judgeWebhookURL({
    chain,
    own,
    port: 5000,
    isServed: true,
    isRight: false,
    command: "kubectl do",
    giveToken: "kubectl do",
    ...given,
  });
}

const at = (webhookURL: string) => ({ settings: { webhookURL } });

test.each([
  { url: "http://192.168.122.1:5000", expected: undefined },
  { url: "http://192.168.122.1:5000/", expected: undefined },
  { url: "http://[fd00:122::1]:5000", expected: undefined },
  { url: "http://host.docker.internal:5000", expected: undefined },
  { url: "http://host.minikube.internal:5000", expected: undefined },
  { url: "http://10.0.2.2:5000", expected: undefined },
  { url: "http://desktop.lan:5000", expected: undefined },
  { url: "http://192.168.122.9:5000", expected: "this machine has no such address" },
  { url: "http://192.168.122.1:5001", expected: "the server has port 5000" },
  { url: "http://192.168.122.1", expected: "the server has port 5000" },
  { url: "http://localhost:5000", expected: "that is the pod itself" },
  { url: "http://127.0.0.1:5000", expected: "that is the pod itself" },
  { url: "http://192.168.122.1:5000/records", expected: "the server has no such path" },
  { url: "192.168.122.1:5000", expected: "that is not a URL" },
])("$url: $expected", ({ url, expected }) => {
  const finding = judge(chainOf(at(url)));
  if (expected === undefined) expect(finding.grade).toBe("ok");
  else {
    expect(finding).toMatchObject({
      grade: "problem",
      code: "webhook-elsewhere",
      hint: "Let it call this server:",
      command: "kubectl do",
    });
    expect(finding.message).toBe(`ExternalDNS calls ${url}: ${expected}.`);
  }
});

test("a pod with the node's own addresses may call loopback", () => {
  expect(judge(chainOf({ ...at("http://127.0.0.1:5000"), isOnNode: true })).grade).toBe("ok");
});

test("a cluster that has called since its pod started has the right address, however it is translated", () => {
  const after = (milliseconds: number) => new Date(Date.parse(started) + milliseconds).toISOString();
  const chain = (lastHeard: string) => chainOf({ ...at("http://10.9.9.9:5000"), cluster: { lastHeard } });
  expect(judge(chain(after(60_000))).grade).toBe("ok");
  expect(judge(chain(after(-1))).grade).toBe("problem");
});

test("the address that dtk would set is right; a wrong path stays wrong", () => {
  const odd = "http://10.9.9.9:5000";
  expect(judge(chainOf(at(odd)), { isRight: true }).grade).toBe("ok");
  expect(judge(chainOf(at(`${odd}/records`)), { isRight: true })).toMatchObject({ code: "webhook-elsewhere" });
});

test("nobody listens at that address of this machine", () => {
  expect(judge(chainOf(), { isServed: false })).toMatchObject({
    code: "server-elsewhere",
    hint: "Start it again without --host:",
    command: "sudo hostsfile-server --port=5000",
  });
});

test("a cluster that the server does not know", () => {
  expect(judge(chainOf(at("http://192.168.122.1:5000/clusters/kind-a")))).toMatchObject({
    code: "webhook-cluster-unknown",
    hint: expect.stringMatching(/:$/),
    command: expect.stringMatching(/^curl -d dtk\.io http:\/\/localhost:5000\/clusters\/kind-a\/domains$/),
  });
  const known = { ...at("http://192.168.122.1:5000/clusters/kind-a"), cluster: { name: "kind-a" } };
  expect(judge(chainOf(known)).grade).toBe("ok");
});

test("a token that is required and not shown, with what puts it there", () => {
  const finding = judge(chainOf({ tokenRequired: true }));
  expect(finding).toMatchObject({
    code: "webhook-token-missing",
    hint: "Give it the cluster's own:",
    command: "kubectl do",
  });
  expect(judge(chainOf({ ...at("http://default:x@192.168.122.1:5000"), tokenRequired: true })).grade).toBe("ok");
});

test("a token is never shown", () => {
  expect(JSON.stringify(judge(chainOf(at("http://default:sekret@192.168.122.9:5000"))))).not.toContain("sekret");
});
