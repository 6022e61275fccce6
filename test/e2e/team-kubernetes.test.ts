/** The manifests for team servers, as a real API server takes them: each applied, and the pod held to the strictest rules. */
import { join, relative } from "node:path";
import { expect, inject, test } from "vitest";
import { inNamespace } from "../cluster/kubernetes.ts";
import { run } from "../cluster/program.ts";
import { tools } from "../cluster/tools.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const base = join(import.meta.dirname, "..", "..", "contrib", "team-server");
const cluster = inject("cluster");

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: {
    readonly template?: { readonly metadata: object; readonly spec: { readonly containers: readonly object[] } };
  };
}

test.skipIf(!cluster.built)(
  "the API server takes each of them, and the pod keeps to the restricted profile (needs node test/cluster/build.ts)",
  async () => {
    if (!cluster.built) return;
    const { kubectl, apply } = inNamespace(cluster.kubeconfig, "hostsfile-server");
    const said = await kubectl("apply", "--server-side", "--kustomize", base);
    for (const kind of "Namespace ServiceAccount ConfigMap Service Deployment PodDisruptionBudget NetworkPolicy".split(
      " ",
    )) {
      expect(said.toLowerCase()).toContain(kind.toLowerCase());
    }
    const deployment = JSON.parse(await kubectl("get", "deployment", "team-server", "-o", "json")) as Resource;
    const { metadata, spec } = deployment.spec?.template ?? { metadata: {}, spec: { containers: [] } };
    // What it was given is what it has: nothing was unknown to this version and dropped.
    expect(spec.containers).toMatchObject([{ lifecycle: { preStop: { sleep: { seconds: 5 } } } }]);
    const pod = (its: object): string =>
      JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { ...metadata, name: "team-server" }, spec: its });
    await apply(pod(spec));
    await kubectl("delete", "pod", "team-server", "--force", "--grace-period=0");
    const careless = { ...spec, securityContext: {} };
    await expect(apply(pod(careless))).rejects.toThrow(/violates PodSecurity "restricted/);
    await kubectl("delete", "--kustomize", base, "--wait=false");
  },
);

test("an overlay may name another etcd, another image, and add the metrics", async () => {
  using folder = temporaryFolder();
  const overlay = `
resources: [${relative(folder.path, base)}]
components: [${relative(folder.path, join(base, "monitoring"))}]
images: [{ name: localhost/hostsfile-server, newName: registry.example.com/hostsfile-server, newTag: "1" }]
configMapGenerator:
  - { name: team-server, behavior: merge, literals: [HOSTSFILE_SERVER_STORE=etcd://e1.example.com:2379] }
`;
  await run(["tee", join(folder.path, "kustomization.yaml")], { input: overlay });
  const text = await run([tools.kubectl, "kustomize", "--load-restrictor=LoadRestrictionsNone", folder.path]);
  expect(text).toContain("HOSTSFILE_SERVER_STORE: etcd://e1.example.com:2379");
  expect(text).toContain("HOSTSFILE_SERVER_ALLOW:");
  expect(text).toMatch(/image: registry\.example\.com\/hostsfile-server:1$/m);
  expect(text).toMatch(/kind: ServiceMonitor\nmetadata:[\s\S]*?namespace: hostsfile-server/);
});
