/** ExternalDNS is found in any namespace and under any name, with what its process is really started with. */
import { expect, test } from "vitest";
import * as z from "zod/mini";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { podOf } from "../../../test/support/external-dns.ts";
import { findExternalDNS, newestPod } from "./find.ts";

/** An API of resources by path, which refuses what is not there as one without the right does. */
function apiOf(resources: Readonly<Record<string, unknown>>): KubernetesAPI {
  return {
    server: "https://192.0.2.1:6443",
    send: async ({ path }) => JSON.stringify(resources[path] ?? null),
    read: async (path, shape) => {
      if (path.includes("secrets") && !(path in resources)) throw new Error("forbidden");
      return path in resources ? z.parse(shape, resources[path]) : undefined;
    },
  };
}

const deployments = "/apis/apps/v1/deployments";

function deployment(name: string, container: object, namespace = "dns") {
  return {
    metadata: { name, namespace },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        spec: {
          containers: [
            { name: "proxy", image: "nginx" },
            { name: "main", ...container },
          ],
        },
      },
    },
    status: {},
  };
}

const image = "registry.k8s.io/external-dns/external-dns:v0.21.0";

test("by its image and arguments, with its pods", async () => {
  const pods = "/api/v1/namespaces/dns/pods?labelSelector=app%3Down";
  const args = ["--provider=webhook", "--webhook-provider-url=http://192.168.122.1:5000"];
  const items = [deployment("own", { image, args }), deployment("other", { image: "nginx", args: ["--provider=x"] })];
  const [found, ...others] = await findExternalDNS(apiOf({ [deployments]: { items }, [pods]: { items: [podOf()] } }));
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    namespace: "dns",
    name: "own",
    version: [0, 21, 0],
    origin: { kind: "manifest" },
    container: { index: 1, parameters: args },
    settings: { webhookURL: "http://192.168.122.1:5000" },
    workload: { pods: [{ metadata: { name: "external-dns-1" } }] },
  });
});

test("an image of another name is known by its flags; those for webhooks come first", async () => {
  const args = ["--source=ingress", "--provider=aws"];
  const webhook = ["--source=ingress", "--provider=webhook"];
  const items = [
    deployment("public", { image: "mine:1", args }),
    deployment("local", { image: "mine:1", args: webhook }),
  ];
  const found = await findExternalDNS(apiOf({ [deployments]: { items } }));
  expect(found.map(({ name }) => name)).toEqual(["local", "public"]);
});

const url = "--webhook-provider-url=http://default:$(TOKEN)@192.168.122.1:5000";
const env = [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "hosts-webhook", key: "token" } } }];

test("variables come from their Secrets", async () => {
  const items = [deployment("own", { image, args: ["--provider=webhook", url], env })];
  const secret = { data: { token: Buffer.from("t0ken").toString("base64") } };
  const resources = { [deployments]: { items }, "/api/v1/namespaces/dns/secrets/hosts-webhook": secret };
  const [found] = await findExternalDNS(apiOf(resources));
  expect(found?.settings.webhookURL).toBe("http://default:t0ken@192.168.122.1:5000");
  expect(found?.secrets.get("TOKEN")).toEqual({ name: "hosts-webhook", key: "token" });
});

test("a Secret that may not be read leaves the variable", async () => {
  const items = [deployment("own", { image, args: ["--provider=webhook", url], env })];
  const [found] = await findExternalDNS(apiOf({ [deployments]: { items } }));
  expect(found?.settings.webhookURL).toContain("$(TOKEN)");
});

test("none", async () => {
  expect(await findExternalDNS(apiOf({ [deployments]: { items: null } }))).toEqual([]);
});

test("the newest pod that stays is the one that tells", () => {
  const [old, leaving, newest] = ["2026-01-01", "2026-01-03", "2026-01-02"].map((day, index) => ({
    ...podOf(),
    metadata: {
      name: `pod-${index}`,
      creationTimestamp: `${day}T00:00:00Z`,
      ...(index === 1 && { deletionTimestamp: day }),
    },
  }));
  const pods = [old, leaving, newest].flatMap((pod) => pod ?? []);
  expect(newestPod({ workload: { deployment: undefined, pods } })?.metadata.name).toBe("pod-2");
});
