/** A cluster of its own with the real ExternalDNS, once for each prefix of annotations, and what the watcher makes of the same objects. */
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import type { KubernetesAPI } from "../../src/kubernetes/api.ts";
import { openKubernetes } from "../../src/kubernetes/kubeconfig.ts";
import type { Endpoint } from "../../src/records/endpoint.ts";
import { annotationPrefixes } from "../../src/sources/kubernetes/translate/annotations.ts";
import { type KeptObject, keepFields, placeOf } from "../../src/sources/kubernetes/translate/keep-fields.ts";
import type { Kind, Neighbours, Translation } from "../../src/sources/kubernetes/translate/kind.ts";
import { kinds } from "../../src/sources/kubernetes/translate/kinds.ts";
import { translateObject } from "../../src/sources/kubernetes/translate/translate-object.ts";
import { startAPIServer } from "../cluster/api-server.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { type Supervised, superviseProgram } from "../cluster/external-dns.ts";
import { inNamespace } from "../cluster/kubernetes.ts";
import { installDefinitions } from "../cluster/resource-definitions.ts";
import { externalDNSTool } from "../cluster/tools.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { type CaseObject, caseNamespaces } from "./case.ts";
import { type Recorder, startRecorder } from "./recorder.ts";

const sources = [
  "ingress",
  "service",
  "crd",
  "gateway-httproute",
  "gateway-grpcroute",
  "gateway-tlsroute",
  "istio-gateway",
  "istio-virtualservice",
  "traefik-proxy",
  "openshift-route",
];

const lastWordsLength = 1000;

export interface Court extends AsyncDisposable {
  /** Creates objects; those that the API server refuses are left out. Returns those that were created. */
  readonly create: (objects: readonly CaseObject[]) => Promise<readonly CaseObject[]>;
  readonly setStatus: (objects: readonly CaseObject[], statusOf: (object: CaseObject) => unknown) => Promise<void>;
  readonly remove: (objects: readonly CaseObject[]) => Promise<void>;
  /** What the watcher makes of every object of the cluster as it is now. */
  readonly translate: () => Promise<readonly Translation[]>;
  /** What ExternalDNS made of it at its last loop, for each prefix of annotations. */
  readonly endpoints: () => readonly (readonly [prefix: string, endpoints: readonly Endpoint[]])[];
  /** The last words of both. */
  readonly log: () => string;
}

/** Opens it: API server, definitions, namespaces, nodes, and one ExternalDNS for each prefix. */
export async function openCourt(nodes: readonly object[]): Promise<Court> {
  await using opened = new AsyncDisposableStack();
  const { kubeconfig } = opened.use(await startAPIServer());
  await installDefinitions(kubeconfig, "external-dns", "gateway-api-experimental", "istio", "openshift");
  const folder = opened.use(temporaryFolder()).path;
  await installTraefik(kubeconfig, folder);
  const api = await openKubernetes({ kubeconfig, context: undefined });
  for (const { name, labels } of caseNamespaces)
    await api.send({ method: "POST", path: "/api/v1/namespaces", body: { metadata: { name, labels } } });
  for (const node of nodes) await createNode(api, node);
  const judges: (readonly [string, Recorder])[] = [];
  const programs: Supervised[] = [];
  for (const prefix of annotationPrefixes) {
    const recorder = opened.use(await startRecorder());
    programs.push(opened.use(await superviseProgram(await commandOf({ kubeconfig, prefix, url: recorder.url }))));
    judges.push([prefix, recorder]);
  }
  await eventually(() => judges.every(([, recorder]) => assert(recorder.loops() > 0, "ExternalDNS does not start")), {
    timeoutMs: 180_000,
  });
  const owned = opened.move();
  return {
    create: async (objects) => inPairs(objects, async (object) => isCreated(api, object)),
    setStatus: async (objects, statusOf) => {
      await inPairs(objects, async (object) => {
        const status = statusOf(object);
        if (status !== undefined)
          await api.send({ method: "PATCH", path: `${pathOf(object)}/status`, body: { status } });
        return true;
      });
    },
    remove: async (objects) => {
      await inPairs(objects, async (object) => {
        await api.send({ method: "DELETE", path: pathOf(object) });
        return true;
      });
    },
    translate: async () => translateAll(api),
    endpoints: () => judges.map(([prefix, recorder]) => [prefix, recorder.last() ?? []]),
    log: () => programs.map((program) => program.log().slice(-lastWordsLength)).join("\n"),
    [Symbol.asyncDispose]: async () => owned.disposeAsync(),
  };
}

async function commandOf(given: {
  readonly kubeconfig: string;
  readonly prefix: string;
  readonly url: string;
}): Promise<string[]> {
  return [
    externalDNSTool("v0.21.0"),
    `--kubeconfig=${given.kubeconfig}`,
    ...sources.map((source) => `--source=${source}`),
    "--gateway-listener-sets",
    `--annotation-prefix=${given.prefix}`,
    "--provider=webhook",
    `--webhook-provider-url=${given.url}`,
    "--registry=noop",
    "--policy=sync",
    "--interval=1s",
    "--log-level=error",
    `--metrics-address=127.0.0.1:${await freePort()}`,
  ];
}

/** Traefik publishes no definitions in a module that is small enough; ExternalDNS reads no more than this of them. */
async function installTraefik(kubeconfig: string, folder: string): Promise<void> {
  const definitions = ["IngressRoute", "IngressRouteTCP", "IngressRouteUDP"].map((kind) => {
    const [singular, plural] = [kind.toLowerCase(), `${kind.toLowerCase()}s`];
    const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.traefik.io` },
      spec: {
        group: "traefik.io",
        scope: "Namespaced",
        names: { kind, singular, plural },
        versions: [{ name: "v1alpha1", served: true, storage: true, schema }],
      },
    };
  });
  const file = join(folder, "traefik.json");
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: definitions }));
  const { kubectl } = inNamespace(kubeconfig, "default");
  await kubectl("apply", "-f", file);
  await kubectl("wait", "--for=condition=Established", "-f", file, "--timeout=300s");
}

async function createNode(api: KubernetesAPI, node: object): Promise<void> {
  const { metadata, spec, status } = node as { metadata: { name: string }; spec: object; status: object };
  await api.send({ method: "POST", path: "/api/v1/nodes", body: { metadata, spec } });
  await api.send({ method: "PATCH", path: `/api/v1/nodes/${metadata.name}/status`, body: { status } });
}

function pathOf({ collection, body }: CaseObject): string {
  return `${collection}/${body.metadata.name}`;
}

/** An object that the API server finds wrong is none for either side; any other refusal is a mistake of the test. */
async function isCreated(api: KubernetesAPI, { collection, body }: CaseObject): Promise<boolean> {
  return api.send({ method: "POST", path: collection, body }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && / 422: /.test(error.message)) return false;
      throw error;
    },
  );
}

/** As many at a time as the API has connections. Returns those for which the work returned true. */
async function inPairs<Item>(items: readonly Item[], work: (item: Item) => Promise<boolean>): Promise<readonly Item[]> {
  const left = items.entries();
  const done: boolean[] = [];
  const worker = async (): Promise<void> => {
    for (const [index, item] of left) done[index] = await work(item);
  };
  await Promise.all([worker(), worker()]);
  return items.filter((_, index) => done[index] === true);
}

const listShape = z.object({ items: z.nullable(z.array(z.unknown())) });

/** Lists every kind in the version that is read first, as the watcher does. */
async function translateAll(api: KubernetesAPI): Promise<readonly Translation[]> {
  const lists = new Map<Kind, readonly KeptObject[]>();
  for (const kind of kinds) {
    const path = `${kind.group === "" ? "/api" : `/apis/${kind.group}`}/${kind.versions[0]}/${kind.resource}`;
    const answer = await api.read(path, listShape);
    lists.set(
      kind,
      (answer?.items ?? []).map((item) => keepFields(kind, item)),
    );
  }
  const neighbours = knowing(lists);
  return kinds.flatMap((kind) =>
    (lists.get(kind) ?? []).map((object) => translateObject(kind, object, { neighbours })),
  );
}

function knowing(lists: ReadonlyMap<Kind, readonly KeptObject[]>): Neighbours {
  const keyOf = (namespace: string, name: string): string => `${namespace}/${name}`;
  const placed = new Map(
    [...lists].map(([kind, objects]) => {
      const entries = objects.map((object) => {
        const { namespace = "", name = "" } = placeOf(object) ?? {};
        return [keyOf(namespace, name), object] as const;
      });
      return [kind, new Map(entries)] as const;
    }),
  );
  return {
    find: (kind, namespace, name) => placed.get(kind)?.get(keyOf(namespace, name)),
    list: (kind) => lists.get(kind) ?? [],
    knows: () => true,
  };
}
