/** The traits of a chart are read from what it says of itself; the real charts are in test/e2e/dtk-values.test.ts. */
import { describe, expect, test } from "vitest";
import { TroubleError } from "../../base/trouble.ts";
import { describeChart } from "./chart.ts";

const chart = "name: external-dns\nversion: 1.20.0\nappVersion: 0.20.0\n";
const values = [
  "service: {port: 7979}",
  "extraArgs: {}",
  "annotationPrefix:",
  "provider: {name: aws, webhook: {image: {}, env: []}}",
].join("\n");

test("a chart of today", () => {
  expect(describeChart({ chart, values })).toEqual({
    version: "1.20.0",
    appVersion: "0.20.0",
    extraArgs: "map",
    hasAnnotationPrefix: true,
    hasServiceSwitch: false,
    sidecarKeys: ["image", "env"],
  });
});

test.each([
  ["extraArgs: {}", "extraArgs: []", { extraArgs: "list" }],
  ["service: {port: 7979}", "service: {enabled: true}", { hasServiceSwitch: true }],
  ["annotationPrefix:", "", { hasAnnotationPrefix: false }],
  ["env: []", "env: [], more: 1", { sidecarKeys: ["image", "env", "more"] }],
])("with %j instead of %j", (before, after, expected) => {
  expect(describeChart({ chart, values: values.replace(before, after) })).toMatchObject(expected);
});

test.each([
  ["0.14.2", false],
  ["0.19.0", false],
  ["0.20.0", true],
  ["0.22.0", true],
  ["1.0.0", true],
])("the value for the prefix counts only where ExternalDNS %s has the flag: %s", (version, expected) => {
  const texts = { chart: chart.replace("appVersion: 0.20.0", `appVersion: ${version}`), values };
  expect(describeChart(texts).hasAnnotationPrefix).toBe(expected);
});

describe("a chart that cannot be used is named", () => {
  test.each([
    ["another", chart.replace("external-dns", "nginx"), values, "The chart nginx 1.20.0"],
    ["an older", chart.replace("1.20.0", "1.13.1"), values.replace(/provider: .*/, "provider: aws"), "1.13.1"],
    ["none", "", "", "The chart without a name without a version"],
  ])("%s", (_, wrongChart, wrongValues, words) => {
    const attempt = (): unknown => describeChart({ chart: wrongChart, values: wrongValues });
    expect(attempt).toThrow(TroubleError);
    expect(attempt).toThrow(words);
  });
});
