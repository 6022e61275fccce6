/** Selectors mean what Kubernetes says they mean. */
import { expect, test } from "vitest";
import { readFields } from "./fields.ts";
import { matchesSelector } from "./label-selector.ts";

const labels = new Map([
  ["team", "web"],
  ["tier", "front"],
]);

test.each([
  { selector: {}, matches: true },
  { selector: { matchLabels: { team: "web" } }, matches: true },
  { selector: { matchLabels: { team: "web", tier: "back" } }, matches: false },
  { selector: { matchLabels: { other: "web" } }, matches: false },
  { selector: { matchExpressions: [{ key: "team", operator: "In", values: ["web", "api"] }] }, matches: true },
  { selector: { matchExpressions: [{ key: "team", operator: "In", values: ["api"] }] }, matches: false },
  { selector: { matchExpressions: [{ key: "other", operator: "In", values: ["api"] }] }, matches: false },
  { selector: { matchExpressions: [{ key: "team", operator: "NotIn", values: ["api"] }] }, matches: true },
  { selector: { matchExpressions: [{ key: "team", operator: "NotIn", values: ["web"] }] }, matches: false },
  { selector: { matchExpressions: [{ key: "other", operator: "NotIn", values: ["web"] }] }, matches: true },
  { selector: { matchExpressions: [{ key: "other", operator: "NotIn" }] }, matches: false },
  { selector: { matchExpressions: [{ key: "team", operator: "Exists" }] }, matches: true },
  { selector: { matchExpressions: [{ key: "other", operator: "Exists" }] }, matches: false },
  { selector: { matchExpressions: [{ key: "team", operator: "Exists", values: ["web"] }] }, matches: false },
  { selector: { matchExpressions: [{ key: "other", operator: "DoesNotExist" }] }, matches: true },
  { selector: { matchExpressions: [{ key: "team", operator: "DoesNotExist" }] }, matches: false },
  { selector: { matchExpressions: [{ key: "other", operator: "DoesNotExist", values: ["x"] }] }, matches: false },
  { selector: { matchExpressions: [{ key: "team", operator: "Like", values: ["web"] }] }, matches: false },
  {
    selector: { matchLabels: { tier: "front" }, matchExpressions: [{ key: "team", operator: "In", values: ["api"] }] },
    matches: false,
  },
])("$selector: $matches", ({ selector, matches }) => {
  expect(matchesSelector(readFields(selector), labels)).toBe(matches);
});
