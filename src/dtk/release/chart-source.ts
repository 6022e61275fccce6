/** Where ExternalDNS's chart comes from, what Helm is told about it, and whether it is still the same one. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { type ChartShape, describeChart } from "./chart.ts";
import type { ClusterPlace } from "../../kubernetes/place.ts";
import { runHelm } from "./run-helm.ts";

/** ExternalDNS's own repository (its README under Helm). */
export const ownRepository = "https://kubernetes-sigs.github.io/external-dns/";

export interface ChartSource {
  /** As given with `--chart`; ExternalDNS's own repository without it. */
  readonly chart: string | undefined;
  readonly version: string | undefined;
}

/** What Helm takes to mean the chart. */
export function chartParameters({ chart, version }: ChartSource): readonly string[] {
  const versionFlag = version === undefined ? [] : ["--version", version];
  if (chart === undefined) return ["external-dns", "--repo", ownRepository, ...versionFlag];
  return [chart, ...versionFlag];
}

/**
 * A text that changes when the chart does: for a folder or an archive its content, else its reference. A chart from a
 * repository without a version stays the one that is installed, until another is asked for.
 */
export function chartIdentity({ chart, version }: ChartSource): string {
  if (chart !== undefined && existsSync(chart)) return `content ${digestOf(chart)}`;
  return `reference ${chart ?? ownRepository} ${version ?? ""}`;
}

function digestOf(path: string): string {
  const hash = createHash("sha256");
  const files = statSync(path).isDirectory()
    ? readdirSync(path, { recursive: true, encoding: "utf8" }).toSorted()
    : [""];
  for (const name of files) {
    const file = join(path, name);
    if (statSync(file).isFile()) hash.update(`${name}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/**
 * Reads what the chart is like; a folder's files are read as they are, for the rest Helm is asked.
 *
 * @throws TroubleError `chart-unsuitable`, `helm-missing` or `helm-failed` (exit 3)
 */
export async function readChart(source: ChartSource, place: ClusterPlace): Promise<ChartShape> {
  const [chart, values] = await Promise.all([readPart(source, place, "chart"), readPart(source, place, "values")]);
  return describeChart({ chart, values });
}

async function readPart(source: ChartSource, place: ClusterPlace, part: "chart" | "values"): Promise<string> {
  const file = source.chart === undefined ? "" : join(source.chart, part === "chart" ? "Chart.yaml" : "values.yaml");
  if (existsSync(file)) return readFileSync(file, "utf8");
  return runHelm(["show", part, ...chartParameters(source)], { place });
}
