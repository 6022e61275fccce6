/** A setting is changed by the command of who installed ExternalDNS, in the cluster that was looked at. */
import { expect, test } from "vitest";
import { externalDNSOf, here } from "../../../test/support/external-dns.ts";
import { renderChange } from "./change.ts";

const policy = { flag: "policy", values: ["sync"], chartValue: "policy=sync" };
const elsewhere = { kubeconfig: "/k", context: "kind-a" };

test("Helm: the same chart with its values kept", () => {
  expect(renderChange(externalDNSOf(), policy, here.place)).toBe(
    "helm upgrade external-dns external-dns --repo https://kubernetes-sigs.github.io/external-dns/ --version 1.21.1 --namespace external-dns --reuse-values --set policy=sync",
  );
  const sources = { flag: "source", values: ["ingress"], chartValue: 'sources=["ingress"]', isJSON: true } as const;
  expect(renderChange(externalDNSOf(), sources, elsewhere)).toMatch(
    / --kubeconfig \/k --kube-context kind-a .* --set-json 'sources=\["ingress"\]'$/,
  );
});

test("dtk", () => {
  const ours = externalDNSOf({ origin: { kind: "dtk" } });
  expect(renderChange(ours, policy, here.place)).toBe("dtk install-addon external-dns");
  expect(renderChange(ours, policy, elsewhere)).toBe("dtk install-addon external-dns --kubeconfig=/k --context=kind-a");
});

test.each([
  { case: "one that is there", parameters: ["--a=1", "--policy=upsert-only", "--b=2"], removed: [1] },
  { case: "one with a blank", parameters: ["--policy", "upsert-only", "--b=2"], removed: [1, 0] },
  { case: "several", parameters: ["--policy=a", "--b=2", "--policy=c"], removed: [2, 0] },
  { case: "one without a value", parameters: ["--policy", "--b=2"], removed: [0] },
  { case: "one like it", parameters: ["--policy-other=1"], removed: [] },
])("a manifest: $case", ({ parameters, removed }) => {
  const ours = externalDNSOf({ origin: { kind: "manifest" }, container: { index: 1, parameters } });
  const command = renderChange(ours, policy, here.place);
  const path = "/spec/template/spec/containers/1/args";
  expect(command).toMatch(/^kubectl -n external-dns patch deployment external-dns --type=json -p '/);
  expect(JSON.parse(/'(.*)'$/.exec(command)?.[1] ?? "")).toEqual([
    ...removed.map((index) => ({ op: "remove", path: `${path}/${index}` })),
    { op: "add", path: `${path}/-`, value: "--policy=sync" },
  ]);
});
