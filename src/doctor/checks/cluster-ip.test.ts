/** A cluster IP is right as long as it is the cluster's, or answers. */
import { expect, test } from "vitest";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import { parseAddress } from "../../records/address.ts";
import { type ClusterIPFacts, judgeClusterIP } from "./cluster-ip.ts";

const addresses = (...texts: readonly string[]) => texts.flatMap((text) => parseAddress(text) ?? []);

function judge(given: Partial<ClusterIPFacts>) {
  return judgeClusterIP({
    cluster: clusterOf(),
    set: addresses("172.18.0.2"),
    candidates: addresses("172.18.0.3"),
    isAnswering: false,
    choice: { clusterIPs: addresses("172.18.0.3"), source: "the control-plane node a", isListening: true, tried: [] },
    status: statusOf(),
    desktop: { port: 5000 },
    ...given,
  });
}

test("the cluster's own, or one that answers all the same", () => {
  expect(judge({ candidates: addresses("172.18.0.3", "172.18.0.2") }).grade).toBe("ok");
  expect(judge({ isAnswering: true }).grade).toBe("ok");
});

test("moved, with what sets the new one and may be done by --fix", () => {
  const url = "http://localhost:5000/clusterip";
  expect(judge({})).toMatchObject({
    grade: "problem",
    code: "cluster-ip-moved",
    message: "Names lead to 172.18.0.2, which no node of the cluster has any more; it is at 172.18.0.3.",
    hint: "Let names lead there:",
    command: `curl -d 172.18.0.3 ${url}`,
    fix: { commands: [["curl", "-sS", "-d", "172.18.0.3", url]], needsRoot: false },
  });
});

test("a named cluster behind a token", () => {
  const finding = judge({
    cluster: clusterOf({ name: "kind-a" }),
    status: statusOf({ server: { tokenRequired: true } }),
  });
  expect(finding).toMatchObject({
    hint: "Let names lead there:",
    command:
      'curl -H "Authorization: Bearer $(sudo cat /etc/hostsfile-server/token)" -d 172.18.0.3 http://localhost:5000/clusters/kind-a/clusterip',
  });
  expect(finding).not.toHaveProperty("fix");
});

test("none is set: the server's own to tell", () => {
  expect(judge({ set: [] }).grade).toBe("ok");
});

test.each([
  {
    case: "nobody listens: the node's address, never loopback",
    candidates: ["172.18.0.4", "127.0.0.1"],
    expected: "172.18.0.4",
  },
  { case: "no address at all: a placeholder", candidates: ["127.0.0.1"], expected: "ADDRESS" },
])("$case", ({ candidates, expected }) => {
  const choice = { clusterIPs: addresses("127.0.0.1"), source: "this machine", isListening: false, tried: [] };
  expect(judge({ choice, candidates: addresses(...candidates) })).toMatchObject({
    hint: "Let names lead there:",
    command: `curl -d ${expected} http://localhost:5000/clusterip`,
  });
});
