/** Helm is told where the chart is, and a chart counts as the same one as long as its content or its reference is. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { chartIdentity, chartParameters } from "./chart-source.ts";

const repository = "https://kubernetes-sigs.github.io/external-dns/";

test.each([
  [{ chart: undefined, version: undefined }, ["external-dns", "--repo", repository]],
  [{ chart: undefined, version: "1.20.0" }, ["external-dns", "--repo", repository, "--version", "1.20.0"]],
  [{ chart: "./chart.tgz", version: undefined }, ["./chart.tgz"]],
  [{ chart: "mine/external-dns", version: "1.20.0" }, ["mine/external-dns", "--version", "1.20.0"]],
])("%j", (source, parameters) => {
  expect(chartParameters(source)).toEqual(parameters);
});

test("a reference is itself, with its version", () => {
  const identity = chartIdentity({ chart: "mine/external-dns", version: undefined });
  expect(chartIdentity({ chart: "mine/external-dns", version: undefined })).toBe(identity);
  expect(chartIdentity({ chart: "mine/external-dns", version: "1.20.0" })).not.toBe(identity);
  expect(chartIdentity({ chart: undefined, version: undefined })).not.toBe(identity);
});

test("a folder or file is its content, wherever it lies", () => {
  using folder = temporaryFolder();
  const make = (name: string, template: string): string => {
    const chart = join(folder.path, name);
    mkdirSync(join(chart, "templates"), { recursive: true });
    writeFileSync(join(chart, "Chart.yaml"), "name: external-dns\n");
    writeFileSync(join(chart, "templates", "deployment.yaml"), template);
    return chartIdentity({ chart, version: undefined });
  };
  expect(make("a", "one")).toBe(make("b", "one"));
  expect(make("a", "one")).not.toBe(make("b", "two"));
  const file = join(folder.path, "chart.tgz");
  writeFileSync(file, "one");
  const identity = chartIdentity({ chart: file, version: undefined });
  writeFileSync(file, "two");
  expect(chartIdentity({ chart: file, version: undefined })).not.toBe(identity);
});
