/** Who installed it is read from what each leaves behind. */
import { expect, test } from "vitest";
import { type OriginMetadata, judgeOrigin } from "./origin.ts";

const plain = { name: "external-dns", namespace: "dns" };
const release = { "meta.helm.sh/release-name": "mine" };
const chart = (version: string) => ({ "helm.sh/chart": version });

const edited = (field: string) => [{ manager: "kubectl-patch", fieldsV1: { "f:spec": { [field]: {} } } }];

test.each<{ case: string; metadata: OriginMetadata; expected: object }>([
  { case: "a manifest", metadata: plain, expected: { kind: "manifest" } },
  {
    case: "Helm with ExternalDNS's own chart",
    metadata: { ...plain, annotations: release, labels: chart("external-dns-1.21.1") },
    expected: { kind: "helm", release: "mine", chartVersion: "1.21.1" },
  },
  {
    case: "another project's chart of that name",
    metadata: { ...plain, annotations: release, labels: chart("external-dns-8.3.4") },
    expected: { kind: "manifest" },
  },
  {
    case: "a rendered chart",
    metadata: { ...plain, labels: chart("external-dns-1.21.1") },
    expected: { kind: "manifest" },
  },
  {
    case: "Helm, with arguments that were changed by hand",
    metadata: { ...plain, annotations: release, labels: chart("external-dns-1.21.1"), managedFields: edited("f:args") },
    expected: { kind: "manifest" },
  },
  {
    case: "Helm, scaled by hand",
    metadata: {
      ...plain,
      annotations: release,
      labels: chart("external-dns-1.21.1"),
      managedFields: edited("f:replicas"),
    },
    expected: { kind: "helm" },
  },
])("$case", ({ metadata, expected }) => {
  expect(judgeOrigin(metadata)).toMatchObject(expected);
});
