/** When ExternalDNS counts as one that calls the server, how that is waited for, and what is said when it does not. */
import { describe, expect, test } from "vitest";
import * as z from "zod/mini";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import type { Intent } from "./intent.ts";
import type { Plan } from "./plan.ts";
import { currentProof, prove } from "./prove.ts";
import type { Situation } from "./situation.ts";

const now = Date.parse("2026-01-01T00:10:00.000Z");

function heard(secondsAgo: number | undefined, name = "default") {
  const lastHeard = secondsAgo === undefined ? null : new Date(now - secondsAgo * 1000).toISOString();
  return clusterOf({ name, lastHeard });
}

describe("without waiting", () => {
  test.each([
    ["called a moment ago", heard(1), true],
    // It calls every two seconds; three may be missing, and one may take a minute.
    ["called a minute ago", heard(65), true],
    ["is silent", heard(67), false],
    ["never called", heard(undefined), false],
    ["called by a clock that is ahead", heard(-5), true],
  ])("one that %s: %s", (_, cluster, isProven) => {
    const { lastHeard } = cluster;
    expect(currentProof(statusOf({ clusters: [cluster] }), "default", now)).toEqual(
      isProven ? { lastHeard } : undefined,
    );
  });

  test("it is the call of this cluster alone", () => {
    const status = statusOf({ clusters: [heard(1, "kind-a"), heard(undefined)] });
    expect(currentProof(status, "default", now)).toBeUndefined();
    expect(currentProof(status, "kind-b", now)).toBeUndefined();
    expect(currentProof(status, "kind-a", now)).toBeDefined();
  });
});

interface Running {
  /** Status of the Deployment; undefined where there is none. */
  readonly deployment?: object | undefined;
  /** Status of its pod; undefined where there is none. */
  readonly pod?: object | undefined;
  readonly log?: string;
  /** When ExternalDNS called last, at each look; the last one stays. */
  readonly calls?: readonly (number | undefined)[];
}

const done = { replicas: 1, updatedReplicas: 1, availableReplicas: 1 };

/** Waits for so many milliseconds, and returns what came of it and what was said meanwhile. */
async function proveIn({ deployment, pod, log = "", calls = [] }: Running, timeout = 0) {
  const answers: Readonly<Record<string, unknown>> = {
    deployments: deployment && { metadata: {}, spec: { replicas: 1 }, status: deployment },
    pods: { items: pod === undefined ? [] : [{ metadata: { name: "external-dns-1" }, status: pod }] },
  };
  const api: KubernetesAPI = {
    server: "https://192.0.2.1:6443",
    send: async ({ path }) => (path.includes("/log?") ? log : undefined),
    read: async (path, shape) => {
      const answer = answers[path.includes("/deployments/") ? "deployments" : "pods"];
      return answer === undefined ? undefined : z.parse(shape, answer);
    },
  };
  let looks = 0;
  const status = async () => {
    const at = calls[Math.min(looks, calls.length - 1)];
    looks += 1;
    return statusOf({ clusters: [heard(at)] });
  };
  const said: string[] = [];
  const situation = { api, server: { status }, settings: { clusterIPs: [] }, host: { alternatives: [] } };
  const outcome = await prove(
    { cluster: "default", port: 5000 } as Intent,
    situation as unknown as Situation,
    { url: "http://default:$(TOKEN)@127.0.0.1:5000" } as Plan,
    { timeout, say: (line) => said.push(line) },
  ).catch((error: unknown) => error);
  return { outcome, said, looks };
}

describe("with waiting", () => {
  test("the first call that is seen proves nothing, as it may be of a pod on its way out; the next one does", async () => {
    const { outcome, looks, said } = await proveIn({ deployment: done, calls: [60, 60, 1] }, 60_000);
    expect(outcome).toEqual({ lastHeard: heard(1).lastHeard });
    expect(looks).toBe(3);
    expect(said).toEqual(["Waiting for ExternalDNS's call to the server ..."]);
  });

  test("a first call at all is enough where none was seen before", async () => {
    const { outcome } = await proveIn({ deployment: done, calls: [undefined, 1] }, 60_000);
    expect(outcome).toEqual({ lastHeard: heard(1).lastHeard });
  });

  test.each<[string, Running, string]>([
    ["no Deployment", {}, "the Deployment"],
    ["no pod", { deployment: {} }, "a pod"],
    ["a pod that is pulled", { deployment: {}, pod: { phase: "Pending" } }, "pod external-dns-1 (Pending)"],
    [
      "a pod without a node",
      { deployment: {}, pod: { conditions: [{ type: "PodScheduled", status: "False", message: "no room" }] } },
      "pod external-dns-1 (no node for it: no room)",
    ],
    ["no call", { deployment: done, calls: [60] }, "ExternalDNS's call to the server"],
  ])("when the time is up with %s, what is missing is said", async (_, running, what) => {
    expect((await proveIn(running)).outcome).toMatchObject({
      code: "rollout-stuck",
      exitCode: 1,
      message: `ExternalDNS does not come up: still waiting for ${what}.`,
      command: expect.stringContaining("kubectl -n external-dns logs deployment/external-dns"),
    });
  });

  test("a cause that the log names is said in its place, with the last words and without the token", async () => {
    const log = 'starting\nlevel=fatal msg="failed to negotiate: status code 401"\n';
    const { outcome } = await proveIn({ deployment: {}, pod: { phase: "Running" }, log });
    expect(outcome).toMatchObject({
      code: "webhook-wrong-token",
      exitCode: 1,
      command: "hostsfile-server token --cluster default",
    });
    const { message } = outcome as Error;
    expect(message).toContain("ExternalDNS reaches http://127.0.0.1:5000, and the server does not take its token.");
    expect(message).toMatch(/\n {2}Its last words:\n(?: {4}.*\n)* {4}level=fatal/);
    expect(message).not.toContain("TOKEN");
  });

  test("a container that ends again and again is not waited for", async () => {
    const pod = { containerStatuses: [{ restartCount: 2, lastState: { terminated: { exitCode: 1 } } }] };
    const { outcome, said } = await proveIn({ deployment: {}, pod }, 600_000);
    expect(outcome).toMatchObject({ code: "external-dns-crashes", exitCode: 1 });
    expect(said).toEqual([]);
  });
});
