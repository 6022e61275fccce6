/** Helm as an executable that notes what it is given, and the ExternalDNS that it brings about in a simulated cluster: a Deployment, a pod, and calls to the server. */
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import { type DTKPlace, openDTKPlace } from "./dtk-place.ts";
import { curl } from "./http.ts";
import { webhookMediaType } from "./test-app.ts";

export const namespacePath = "/api/v1/namespaces/external-dns";
export const deploymentPath = "/apis/apps/v1/namespaces/external-dns/deployments/external-dns";
export const podPath = `${namespacePath}/pods/external-dns-1`;

/** What installs it in a place for dtk. */
export const installLine = "install-addon external-dns --chart=chart --cluster-ip=127.0.0.1";

const labels = { "app.kubernetes.io/name": "external-dns", "app.kubernetes.io/instance": "external-dns" };

/** It fails with the words in a file `fails`, if there is one. */
const script = `#!/bin/sh
folder="\${0%/*}"
echo "$@" >>"$folder/calls"
if [ -f "$folder/fails" ]; then cat "$folder/fails" >&2; exit 1; fi
case "$1" in
  template) cat >"$folder/values"; echo "kind: Deployment" ;;
  get) echo "kind: Nothing" ;;
  upgrade) cat >"$folder/values"; : >"$folder/upgraded" ;;
  uninstall) : >"$folder/uninstalled" ;;
esac
`;

/** A chart, as far as dtk reads it. */
const chart = {
  "Chart.yaml": "name: external-dns\nversion: 1.20.0\nappVersion: 0.21.0\n",
  "values.yaml": "extraArgs: {}\nannotationPrefix:\nservice: {enabled: true}\nprovider: {webhook: {image: {}}}\n",
};

export interface SimulatedRelease {
  /** What Helm was called with, without the place of the cluster. */
  readonly calls: () => readonly string[];
  /** The values that it was given last. */
  readonly values: () => string;
  /** Lets it fail with these words from now on. */
  readonly fail: (words: string) => void;
  /** The pod as it comes up; one that runs unless a test says otherwise. */
  pod: object;
  /** Whether its ExternalDNS calls the server once it runs. */
  isCalling: boolean;
}

/**
 * Puts Helm on PATH and lets the cluster follow what it does. `vi.unstubAllEnvs` takes it away again.
 *
 * @param header - what ExternalDNS shows as `Authorization`
 */
export function simulateRelease(place: DTKPlace, header?: () => string): SimulatedRelease {
  const folder = join(place.folder, "helm");
  mkdirSync(folder);
  writeFileSync(join(folder, "helm"), script);
  chmodSync(join(folder, "helm"), 0o755);
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"] ?? ""}`);
  mkdirSync(join(place.folder, "chart"));
  for (const [name, text] of Object.entries(chart)) writeFileSync(join(place.folder, "chart", name), text);
  const text = (name: string): string =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), "utf8") : "";
  const take = (name: string): boolean => {
    const isThere = existsSync(join(folder, name));
    if (isThere) rmSync(join(folder, name));
    return isThere;
  };
  let revision = 0;
  const release: SimulatedRelease = {
    calls: () =>
      text("calls")
        .split("\n")
        .slice(0, -1)
        .map((line) => line.replace(/ --kubeconfig .*$/, "")),
    values: () => text("values"),
    fail: (words) => writeFileSync(join(folder, "fails"), words),
    pod: { containerStatuses: [{ restartCount: 0, state: {} }] },
    isCalling: true,
  };
  place.cluster.beforeAnswer = async (request) => {
    if (take("upgraded")) come(place, { revision: (revision += 1), pod: release.pod });
    if (take("uninstalled")) go(place);
    const isAsked = request === `GET ${namespacePath}/pods` && place.cluster.objects.has(deploymentPath);
    if (!isAsked || !release.isCalling) return;
    const [, path = ""] = /webhook-provider-url: http:\/\/[^/\n]+(\/\S*)?/.exec(release.values()) ?? [];
    const authorization = header?.();
    await curl(`${place.server.url}${path}/records`, {
      headers: { accept: webhookMediaType, ...(authorization !== undefined && { authorization }) },
    });
  };
  return release;
}

export interface ReleasePlace extends DTKPlace {
  readonly release: SimulatedRelease;
  /** What the server has at a path, as a value. */
  readonly atServer: (path: string) => Promise<unknown>;
}

/** Opens a place for dtk whose cluster follows a simulated Helm. */
export async function openReleasePlace(): Promise<ReleasePlace> {
  const place = await openDTKPlace();
  const release = simulateRelease(place);
  const atServer = async (path: string): Promise<unknown> =>
    JSON.parse((await curl(`${place.server.url}${path}`)).text);
  return { ...place, release, atServer };
}

/** As Helm notes a revision of the release. */
export function putRevision({ cluster }: DTKPlace, revision: number): void {
  const name = `sh.helm.release.v1.external-dns.v${revision}`;
  const ofHelm = { owner: "helm", name: "external-dns", version: String(revision), status: "deployed" };
  cluster.objects.set(`${namespacePath}/secrets/${name}`, { metadata: { name, labels: ofHelm } });
}

/** As the pod of the release says how it is. */
export function putPod({ cluster }: DTKPlace, status: object): void {
  cluster.objects.set(podPath, { metadata: { name: "external-dns-1", labels }, status });
}

function come(place: DTKPlace, { revision, pod }: { revision: number; pod: object }): void {
  const { objects } = place.cluster;
  putRevision(place, revision);
  objects.set(deploymentPath, {
    metadata: { name: "external-dns", labels: { ...labels, "helm.sh/chart": "external-dns-1.20.0" } },
    spec: { replicas: 1 },
    status: { replicas: 1, updatedReplicas: 1, availableReplicas: 1 },
  });
  putPod(place, pod);
  // The chart brings the definition of DNSEndpoints.
  objects.set("/apis/externaldns.k8s.io/v1alpha1", { metadata: { name: "v1alpha1" } });
}

function go({ cluster: { objects } }: DTKPlace): void {
  for (const path of objects.keys()) {
    if (path === deploymentPath || path === podPath || path.includes("/sh.helm.release.")) objects.delete(path);
  }
}
