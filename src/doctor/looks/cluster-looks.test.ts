/** What the checks share is right once for all of them: whose ExternalDNS it is, which Ingresses count, how commands lead there. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import { externalDNSOf, here } from "../../../test/support/external-dns.ts";
import { ingressFact } from "../../../test/support/kubernetes-facts.ts";
import type { ExternalDNS } from "../../dtk/external-dns/find.ts";
import {
  curlWords,
  kubectl,
  listSome,
  lookAtChain,
  lookForExternalDNS,
  managedIngresses,
  methodURL,
} from "./cluster-looks.ts";

function desktopWith(found: readonly ExternalDNS[], status = statusOf()) {
  return bareDesktop({
    status: async () => status,
    once: async (look) =>
      (Object.is(look, lookForExternalDNS) ? found : look(bareDesktop())) as ReturnType<typeof look>,
  });
}

test.each([
  { webhookURL: "http://192.168.122.1:5000", expected: "default" },
  { webhookURL: "http://192.168.122.1:5000/clusters/kind-a", expected: "kind-a" },
  { webhookURL: "http://192.168.122.1:5000/clusters/other/", expected: undefined },
])("$webhookURL is called for the cluster $expected", async ({ webhookURL, expected }) => {
  const status = statusOf({ clusters: [clusterOf(), clusterOf({ name: "kind-a" })] });
  const chain = await lookAtChain(desktopWith([externalDNSOf({ settings: { webhookURL } })], status));
  expect(chain.cluster?.name).toBe(expected);
});

test("without a server the cluster's side can be looked at all the same", async () => {
  const desktop = desktopWith([externalDNSOf()]);
  const chain = await lookAtChain({ ...desktop, status: async () => Promise.reject(new Error("a stranger")) });
  expect(chain).toMatchObject({ status: undefined, cluster: undefined, url: { host: "192.168.122.1" } });
});

test("without an ExternalDNS there is no chain", async () => {
  await expect(lookAtChain(desktopWith([externalDNSOf({ settings: { provider: "aws" } })]))).rejects.toThrow(
    "no ExternalDNS",
  );
});

test("Ingresses with a managed name", () => {
  const prefix = "external-dns.alpha.kubernetes.io/";
  const ingresses = [
    ingressFact({ name: "managed", hosts: ["other.io", "foo.dtk.io"] }),
    ingressFact({ name: "annotated", hosts: [], annotations: { [`${prefix}hostname`]: "bar.dtk.io" } }),
    ingressFact({ name: "alike", hosts: ["evildtk.io"] }),
  ];
  const names = (domains: readonly string[] | undefined) =>
    managedIngresses({ ingresses }, domains, prefix).map(({ metadata }) => metadata.name);
  expect(names(["dtk.io"])).toEqual(["managed", "annotated"]);
  expect(names([])).toEqual([]);
  expect(names(undefined)).toHaveLength(3);
});

test("commands lead to the cluster and to the server that were looked at", () => {
  expect(kubectl(here, "get", "pods")).toBe("kubectl get pods");
  expect(kubectl({ place: { kubeconfig: "/a b", context: "c" } }, "get", "pods")).toBe(
    "kubectl '--kubeconfig=/a b' --context=c get pods",
  );
  expect(methodURL({ port: 5001 }, "default", "domains")).toBe("http://localhost:5001/domains");
  expect(methodURL({ port: 5000 }, "kind-a", "clusterip")).toBe("http://localhost:5000/clusters/kind-a/clusterip");
  expect(curlWords(statusOf())).toBe("curl");
  expect(curlWords(statusOf({ server: { tokenRequired: true } }))).toMatch(/^curl -H "Authorization: Bearer \$\(/);
});

test("long lists are cut", () => {
  expect(listSome(["a", "b", "c"])).toBe("a, b, c");
  expect(listSome(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
});
