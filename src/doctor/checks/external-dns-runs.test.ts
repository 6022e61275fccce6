/** How the pod does is told from what the cluster says of it and from its last words. */
import { expect, test } from "vitest";
import { chainOf, here, podOf } from "../../../test/support/external-dns.ts";
import type { WebhookPath } from "../looks/cluster-looks.ts";
import { judgeRuns } from "./external-dns-runs.ts";

const now = Date.parse("2026-01-01T01:00:00Z");
const heard = (ago: number) => ({ lastHeard: new Date(now - ago).toISOString() });

function judge(chain: WebhookPath, log = "", firewall: readonly string[] = []) {
  return judgeRuns({ chain, log, firewall, desktop: here, now });
}

const looping = podOf({
  restartCount: 3,
  state: { waiting: { reason: "CrashLoopBackOff" } },
  lastState: { terminated: { exitCode: 1 } },
});
const crashed = podOf({ restartCount: 3, lastState: { terminated: { exitCode: 1 } } });

test("it runs", () => {
  expect(judge(chainOf())).toEqual({ grade: "ok", message: "ExternalDNS runs: pod external-dns/external-dns-1." });
});

test("switched off, with what switches it on and may be done by --fix", () => {
  expect(judge(chainOf({ replicas: 0, pods: [] }))).toMatchObject({
    code: "external-dns-scaled-down",
    hint: "Switch it on:",
    command: "kubectl -n external-dns scale deployment external-dns --replicas=1",
    fix: { commands: [["kubectl", "-n", "external-dns", "scale", "deployment", "external-dns", "--replicas=1"]] },
  });
});

test("waiting for a node", () => {
  const conditions = [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }];
  const pod = { ...podOf(), status: { phase: "Pending", conditions } };
  const chain = chainOf({ pods: [pod] });
  const { deployment } = chain.externalDNS.workload;
  const workload = {
    pods: [pod],
    deployment: deployment && { ...deployment, status: { ...deployment.status, availableReplicas: 0 } },
  };
  expect(judge({ ...chain, externalDNS: { ...chain.externalDNS, workload } })).toMatchObject({
    grade: "problem",
    code: "external-dns-waits",
    message: expect.stringContaining("no node for it: 0/1 nodes are available"),
  });
});

test("an image that cannot be pulled", () => {
  const pods = [podOf({ state: { waiting: { reason: "ImagePullBackOff", message: "no such host" } } })];
  expect(judge(chainOf({ pods }))).toMatchObject({
    code: "image-not-pulled",
    message: expect.stringContaining("no such host"),
  });
});

test.each([
  ["dial tcp 192.168.122.1:5000: connect: connection refused", "webhook-refused"],
  ["dial tcp 192.168.122.1:5000: i/o timeout", "webhook-unreachable"],
  ["unexpected status code 401", "webhook-wrong-token"],
  ["unknown flag --x", "external-dns-flags"],
  ["something new", "external-dns-crashes"],
])("its last words %s: %s", (words, code) => {
  expect(judge(chainOf({ pods: [looping] }), `level=fatal msg="${words}"\n`)).toMatchObject({ grade: "problem", code });
});

test("a crash without a known cause has its last words and the command that shows more", () => {
  expect(judge(chainOf({ pods: [looping] }), "goodbye\n")).toMatchObject({
    message:
      "ExternalDNS in pod external-dns-1 ends again and again: it ended 4 times with exit code 1. It said last: goodbye",
    hint: "See:",
    command: "kubectl -n external-dns logs deployment/external-dns --previous",
  });
});

test("the firewall's command is what to type after a timeout", () => {
  const finding = judge(chainOf({ pods: [looping] }), "i/o timeout", ["sudo ufw allow x"]);
  expect(finding).toMatchObject({ command: "sudo ufw allow x" });
});

test("a wrong token is put right in the Secret that it comes from", () => {
  const parameters = ["--webhook-provider-url=http://default:$(TOKEN)@192.168.122.1:5000"];
  const secrets = new Map([["TOKEN", { name: "hosts-webhook", key: "token" }]]);
  const chain = chainOf({ pods: [looping], container: { index: 0, parameters }, secrets });
  expect(judge(chain, "status code 401")).toMatchObject({
    hint: "Put the right one into its Secret and start it again:",
    command:
      'kubectl -n external-dns create secret generic hosts-webhook --dry-run=client -o yaml --from-literal=token="$(sudo hostsfile-server token --cluster default)" | kubectl apply -f - && kubectl -n external-dns rollout restart deployment external-dns',
  });
  const written = chainOf({ pods: [looping] });
  expect(judge(written, "status code 401")).toMatchObject({
    hint: expect.stringContaining("into its --webhook-provider-url"),
  });
});

test("an unknown flag is taken away", () => {
  expect(judge(chainOf({ pods: [looping] }), "flag parsing error: unknown flag --no-such-flag")).toMatchObject({
    hint: "Remove the flag:",
    command: expect.stringMatching(/^helm upgrade .*extraArgs\.no-such-flag=null/),
  });
});

test("ends of the past do not count while it runs and calls", () => {
  expect(judge(chainOf({ pods: [crashed], cluster: heard(1000) })).grade).toBe("ok");
  expect(judge(chainOf({ pods: [crashed], cluster: heard(600_000) })).grade).toBe("problem");
  expect(judge(chainOf({ pods: [looping], cluster: heard(1000) })).grade).toBe("problem");
});
