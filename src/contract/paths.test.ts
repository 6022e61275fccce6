/** The cluster `default` is at the root, every other one under its name. */
import { expect, test } from "vitest";
import { defaultCluster, parseClusterName } from "../records/cluster.ts";
import { clusterPath, methodPath, prefixOf } from "./paths.ts";
import { readWebhookURL, webhookURL } from "./webhook.ts";

const kind = parseClusterName("kind-a") ?? defaultCluster;

test("methods of a cluster", () => {
  expect(methodPath(defaultCluster, "records")).toBe("/records");
  expect(methodPath(kind, "records")).toBe("/clusters/kind-a/records");
});

test("default is forgotten by its name all the same", () => {
  expect(clusterPath(defaultCluster)).toBe("/clusters/default");
});

test.each([defaultCluster, kind])("the webhook's URL of %s leads under its prefix, and is read back", (cluster) => {
  const url = webhookURL({ host: "192.0.2.1", port: 5000, cluster, hasToken: false });
  expect(url).toBe(`http://192.0.2.1:5000${prefixOf(cluster)}`);
  expect(readWebhookURL(url)?.cluster).toBe(cluster);
});
