/** What the real charts make of dtk's values, rendered by the real Helm: one container, the flags that were meant, no token. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseAllDocuments } from "yaml";
import * as z from "zod/mini";
import { type ChartShape, describeChart } from "../../src/dtk/release/chart.ts";
import { type ValuesOptions, renderValues } from "../../src/dtk/release/values.ts";
import { webhookURL } from "../../src/contract/webhook.ts";
import { parseClusterName } from "../../src/records/cluster.ts";
import { chartFolder } from "../cluster/dtk.ts";
import { run } from "../cluster/program.ts";
import { tools } from "../cluster/tools.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const isBuilt = existsSync(tools.helm);

/** ExternalDNS's Go module holds the chart as it was at that version, which is not always a released one. */
const charts = [
  { module: "v0.14.2", version: "1.14.4", extraArgs: "list", hasAnnotationPrefix: false, hasServiceSwitch: false },
  { module: "v0.16.1", version: "1.15.2", extraArgs: "list", hasAnnotationPrefix: false, hasServiceSwitch: false },
  { module: "v0.18.0", version: "1.17.0", extraArgs: "map", hasAnnotationPrefix: false, hasServiceSwitch: false },
  { module: "v0.19.0", version: "1.18.0", extraArgs: "map", hasAnnotationPrefix: false, hasServiceSwitch: false },
  { module: "v0.20.0", version: "1.19.0", extraArgs: "map", hasAnnotationPrefix: false, hasServiceSwitch: false },
  { module: "v0.21.0", version: "1.20.0", extraArgs: "map", hasAnnotationPrefix: true, hasServiceSwitch: false },
  { module: "v0.22.0", version: "1.21.1", extraArgs: "map", hasAnnotationPrefix: true, hasServiceSwitch: true },
] as const;

const token = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE";
const cluster = parseClusterName("kind-a") ?? expect.fail();

function optionsFor(chart: ChartShape): ValuesOptions {
  const url = webhookURL({ host: "192.168.122.1", port: 5000, cluster, hasToken: true });
  const sources = ["ingress", "service", "gateway-httproute", "crd"] as const;
  return { chart, cluster, url, hasToken: true, sources, readAtStart: [token] };
}

async function chartOf(module: string): Promise<{ readonly folder: string; readonly shape: ChartShape }> {
  const folder = chartFolder(module);
  const [chart, values] = await Promise.all(["chart", "values"].map((what) => run([tools.helm, "show", what, folder])));
  return { folder, shape: describeChart({ chart: chart ?? "", values: values ?? "" }) };
}

/** The part of a rendered object that is looked at. */
const objectSchema = z.looseObject({
  kind: z.string(),
  rules: z.optional(z.array(z.object({ resources: z.array(z.string()) }))),
  spec: z.optional(
    z.looseObject({
      template: z.optional(
        z.looseObject({
          metadata: z.looseObject({ annotations: z.optional(z.record(z.string(), z.string())) }),
          spec: z.looseObject({
            containers: z.array(z.looseObject({ name: z.string(), args: z.array(z.string()), env: z.unknown() })),
          }),
        }),
      ),
    }),
  ),
});

/** Renders the chart as an install would, with dtk's values first and the user's behind them. */
async function render(options: {
  readonly folder: string;
  readonly shape: ChartShape;
  readonly users?: readonly string[];
}) {
  using scratch = temporaryFolder();
  const file = join(scratch.path, "values.yaml");
  writeFileSync(file, renderValues(optionsFor(options.shape)));
  const place = ["external-dns", options.folder, "--namespace", "external-dns"];
  const text = await run([tools.helm, "template", ...place, "--values", file, ...(options.users ?? [])]);
  const objects = parseAllDocuments(text).map((document) => objectSchema.parse(document.toJS()));
  const pod = objects.find(({ kind }) => kind === "Deployment")?.spec?.template;
  return { text, objects, pod, containers: pod?.spec.containers ?? [] };
}

describe.skipIf(!isBuilt).each(charts)(
  "chart $version of module $module (needs Helm: node test/cluster/build.ts)",
  (known) => {
    test("is described as it is", async () => {
      const { shape } = await chartOf(known.module);
      const { module: _, ...traits } = known;
      expect(shape).toMatchObject(traits);
      expect(shape.sidecarKeys).toContain("image");
    });

    test("renders one container with the flags that were meant", async () => {
      const all = ["A", "AAAA", "CNAME", "SRV", "TXT", "MX", "NAPTR", "PTR", "NS", "DNAME"];
      const types = all.map((type) => `--managed-record-types=${type}`);
      const { containers, objects, pod } = await render(await chartOf(known.module));
      expect(containers.map(({ name }) => name)).toEqual(["external-dns"]);
      expect(containers[0]?.args).toEqual([
        "--log-level=warning",
        "--log-format=text",
        "--interval=2s",
        "--source=ingress",
        "--source=service",
        "--source=gateway-httproute",
        "--source=crd",
        "--policy=sync",
        "--registry=txt",
        "--txt-owner-id=dtk-kind-a",
        ...(known.hasAnnotationPrefix ? ["--annotation-prefix=external-dns.alpha.kubernetes.io/"] : []),
        ...(known.extraArgs === "map" ? types : []),
        "--provider=webhook",
        "--webhook-provider-url=http://kind-a:$(TOKEN)@192.168.122.1:5000/clusters/kind-a",
        ...(known.extraArgs === "list" ? types : []),
      ]);
      expect(containers[0]?.env).toEqual([
        { name: "TOKEN", valueFrom: { secretKeyRef: { name: "hostsfile-server-webhook", key: "token" } } },
      ]);
      expect(pod?.metadata.annotations).toHaveProperty("hostsfile-server/read-at-start");
      expect(objects.some(({ kind }) => kind === "Service")).toBe(!known.hasServiceSwitch);
    });

    test("may read what the sources need", async () => {
      const { objects } = await render(await chartOf(known.module));
      const resources = objects.flatMap(({ rules }) => rules ?? []).flatMap((rule) => rule.resources);
      expect(resources).toEqual(
        expect.arrayContaining(["ingresses", "services", "httproutes", "gateways", "dnsendpoints"]),
      );
    });

    test("renders no token, and the user's own values win", async () => {
      const users = ["--set", "policy=upsert-only,logLevel=debug", "--set", "txtOwnerId=mine"];
      const { text, containers } = await render({ ...(await chartOf(known.module)), users });
      expect(text).not.toContain(token);
      expect(containers[0]?.args).toEqual(
        expect.arrayContaining(["--policy=upsert-only", "--log-level=debug", "--txt-owner-id=mine", "--interval=2s"]),
      );
    });
  },
);

test("this list is of charts that differ: every trait has both values", () => {
  for (const trait of ["extraArgs", "hasAnnotationPrefix", "hasServiceSwitch"] as const) {
    expect(new Set(charts.map((chart) => chart[trait])).size).toBe(2);
  }
});
