/** The rollout is judged by the newest pods alone, and failures are seen before the time is up. */
import { expect, test } from "vitest";
import { type Rollout, judgeRollout } from "./rollout.ts";
import type { Deployment, Pod } from "./workload.ts";

type ContainerStatus = NonNullable<Pod["status"]["containerStatuses"]>[number];

function deployment(status: Deployment["status"], generation = 1): Deployment {
  return { metadata: { generation }, spec: { replicas: 1 }, status: { observedGeneration: generation, ...status } };
}

function pod(
  name: string,
  given: { hash?: string; made?: string; container?: Partial<ContainerStatus>; phase?: string },
): Pod {
  const { hash = "new", made = "2026-01-02T00:00:00Z", container, phase = "Running" } = given;
  const containerStatuses =
    container === undefined ? [] : [{ restartCount: 0, state: {}, lastState: {}, ...container }];
  return {
    metadata: { name, creationTimestamp: made, labels: { "pod-template-hash": hash } },
    status: { phase, containerStatuses },
  };
}

const done = { updatedReplicas: 1, replicas: 1, availableReplicas: 1 };
const crashed = { terminated: { exitCode: 1 } };

test.each([
  { case: "no Deployment yet", deployment: undefined, pods: [], expected: { kind: "waiting", what: "the Deployment" } },
  { case: "everything is there", deployment: deployment(done), pods: [], expected: { kind: "done" } },
  {
    case: "the controller has not seen the change",
    deployment: { ...deployment(done), status: { ...done, observedGeneration: 0 } },
    pods: [],
    expected: { kind: "waiting", what: "a pod" },
  },
  {
    case: "the old pod is still there",
    deployment: deployment({ ...done, replicas: 2 }),
    pods: [pod("p", { container: { state: { waiting: { reason: "ContainerCreating" } } } })],
    expected: { kind: "waiting", what: "pod p (ContainerCreating)" },
  },
  {
    case: "no node takes the pod",
    deployment: deployment({ ...done, availableReplicas: 0 }),
    pods: [
      {
        ...pod("p", { phase: "Pending" }),
        status: {
          phase: "Pending",
          conditions: [{ type: "PodScheduled", status: "False", message: "0/1 nodes are available" }],
        },
      },
    ],
    expected: { kind: "waiting", what: "pod p (no node for it: 0/1 nodes are available)" },
  },
  {
    case: "a crash loop",
    deployment: deployment(done),
    pods: [
      pod("p", {
        container: { restartCount: 1, state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: crashed },
      }),
    ],
    expected: { kind: "failed", why: "crash", what: "it ended 2 times with exit code 1" },
  },
  {
    case: "a crash loop that runs at this moment",
    deployment: deployment(done),
    pods: [pod("p", { container: { restartCount: 2, lastState: crashed } })],
    expected: { kind: "failed", why: "crash" },
  },
  {
    case: "one crash, as after a node's restart",
    deployment: deployment(done),
    pods: [pod("p", { container: { restartCount: 1, lastState: crashed } })],
    expected: { kind: "done" },
  },
  {
    case: "an image that cannot be pulled",
    deployment: deployment({ ...done, availableReplicas: 0 }),
    pods: [pod("p", { container: { state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } } } })],
    expected: { kind: "failed", why: "image", what: "no such image" },
  },
  {
    case: "the crash of a pod of the template before",
    deployment: deployment(done),
    pods: [
      pod("old", { hash: "old", made: "2026-01-01T00:00:00Z", container: { restartCount: 9, lastState: crashed } }),
      pod("new", {}),
    ],
    expected: { kind: "done" },
  },
] satisfies readonly {
  case: string;
  deployment: Deployment | undefined;
  pods: readonly Pod[];
  expected: Partial<Rollout>;
}[])("$case: $expected.kind", (given) => {
  expect(judgeRollout(given)).toMatchObject(given.expected);
});

test("a pod on its way out says nothing", () => {
  const leaving = pod("p", { container: { restartCount: 9, lastState: crashed } });
  const pods = [{ ...leaving, metadata: { ...leaving.metadata, deletionTimestamp: "2026-01-03T00:00:00Z" } }];
  expect(judgeRollout({ deployment: deployment(done), pods })).toEqual({ kind: "done" });
});
