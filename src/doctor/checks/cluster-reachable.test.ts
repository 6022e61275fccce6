/** A cluster that answers is named; without a kubeconfig nothing is wrong, and what needs the cluster is skipped. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { clusterUnreachable, kubeconfigMissing } from "../../kubernetes/trouble.ts";
import { clusterReachable } from "./cluster-reachable.ts";

const server = "https://192.168.122.167:6443";

test("a cluster that answers", async () => {
  const api = { server, send: async () => "{}", read: async () => undefined };
  expect(await clusterReachable.run(bareDesktop({ kubernetes: async () => api }))).toEqual([
    { grade: "ok", message: `The cluster at ${server} answers.` },
  ]);
});

const kubernetes = async (): Promise<never> => {
  throw kubeconfigMissing();
};

test("no kubeconfig at all is a note at which the cluster's side ends", async () => {
  expect(await clusterReachable.run(bareDesktop({ kubernetes }))).toMatchObject([
    { grade: "note", code: "kubeconfig-missing", isDeadEnd: true },
  ]);
});

test("a cluster that does not answer is the frame's to tell", async () => {
  const send = async (): Promise<never> => {
    throw clusterUnreachable(server, new Error("connect ECONNREFUSED"));
  };
  const api = { server, send, read: async () => undefined };
  await expect(clusterReachable.run(bareDesktop({ kubernetes: async () => api }))).rejects.toMatchObject({
    code: "cluster-unreachable",
  });
});
