/** What ExternalDNS's chart is like, read from the chart itself: versions tell too little, as its repository runs ahead of them. */
import { parse } from "yaml";
import * as z from "zod/mini";
import { TroubleError } from "../../base/trouble.ts";

/** The traits of a chart that its values depend on. */
export interface ChartShape {
  readonly version: string;
  /** The version of ExternalDNS, as in `0.21.0`. */
  readonly appVersion: string;
  /** Charts before 1.17 refuse a map of `extraArgs`. */
  readonly extraArgs: "list" | "map";
  /** Whether ExternalDNS can be told the prefix of its annotations (chart value since 1.20.0, flag since v0.20.0). */
  readonly hasAnnotationPrefix: boolean;
  /** Whether the Service can be left out (`service.enabled`). */
  readonly hasServiceSwitch: boolean;
  /** The keys below `provider.webhook`, which describe a sidecar. */
  readonly sidecarKeys: readonly string[];
}

const chartSchema = z.object({ name: z.literal("external-dns"), version: z.string(), appVersion: z.string() });

const anything = z.record(z.string(), z.unknown());

const valuesSchema = z.object({
  extraArgs: z.union([z.array(z.unknown()), anything]),
  annotationPrefix: z.optional(z.nullable(z.string())),
  service: anything,
  provider: z.object({ webhook: anything }),
});

/**
 * Describes a chart.
 *
 * @param texts - what `helm show chart` and `helm show values` print
 * @throws TroubleError `chart-unsuitable` (exit 3) for a chart that is not ExternalDNS's own, or that is from before its
 *   webhook provider (chart 1.14)
 */
export function describeChart(texts: { readonly chart: string; readonly values: string }): ChartShape {
  const chart = chartSchema.safeParse(parse(texts.chart));
  const values = valuesSchema.safeParse(parse(texts.values));
  if (!chart.success || !values.success) throw unsuitable(texts.chart);
  const { version, appVersion } = chart.data;
  return {
    version,
    appVersion,
    extraArgs: Array.isArray(values.data.extraArgs) ? "list" : "map",
    hasAnnotationPrefix: "annotationPrefix" in values.data && !/^0\.1?\d\./.test(appVersion),
    hasServiceSwitch: "enabled" in values.data.service,
    sidecarKeys: Object.keys(values.data.provider.webhook),
  };
}

function unsuitable(chart: string): TroubleError {
  const name = /^name: *(.+)$/m.exec(chart)?.[1] ?? "without a name";
  const version = /^version: *(.+)$/m.exec(chart)?.[1] ?? "without a version";
  const message = `The chart ${name} ${version} is not ExternalDNS's own chart, or from before its webhook provider.`;
  const hint = "Leave out --chart, or name chart external-dns 1.14.0 or newer with --chart or --chart-version.";
  return new TroubleError({ code: "chart-unsuitable", message, hint }, { exitCode: 3 });
}
