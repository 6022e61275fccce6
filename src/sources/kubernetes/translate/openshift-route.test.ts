/** A Route's host is asked for before a router has answered, and no longer once every router refuses it. */
import { expect, test } from "vitest";
import { linesOf, metadata, neighboursOf } from "../../../../test/support/cluster-objects.ts";
import { openShiftRouteKind } from "./openshift-route.ts";

const router = (admitted: string, more: object = {}) => ({
  host: "foo.dtk.io",
  routerCanonicalHostname: "router.dtk.io",
  conditions: [
    { type: "Other", status: "False" },
    { type: "Admitted", status: admitted },
  ],
  ...more,
});

function translate(ingress: readonly object[] | undefined, annotations = {}, spec: object = { host: "foo.dtk.io" }) {
  const object = { metadata: metadata("test", annotations), spec, status: { ingress } };
  const translation = openShiftRouteKind.translate?.(object, neighboursOf());
  if (translation === undefined) throw new Error("Routes are translated");
  return translation;
}

test.each([
  { case: "no answer", ingress: undefined, lines: ["foo.dtk.io"] },
  { case: "no admission yet", ingress: [router("Unknown")], lines: ["foo.dtk.io"] },
  { case: "admitted", ingress: [router("True")], lines: ["CNAME foo.dtk.io -> router.dtk.io"] },
  {
    case: "admitted by the second",
    ingress: [router("False"), router("True")],
    lines: ["CNAME foo.dtk.io -> router.dtk.io"],
  },
  {
    case: "admitted without a name",
    ingress: [router("True", { routerCanonicalHostname: "" })],
    lines: ["foo.dtk.io"],
  },
  {
    case: "admitted under another host",
    ingress: [router("True", { host: "was.dtk.io" })],
    lines: ["CNAME was.dtk.io -> router.dtk.io", "CNAME foo.dtk.io -> router.dtk.io"],
  },
])("$case", ({ ingress, lines }) => {
  const translation = translate(ingress);
  expect(linesOf(translation)).toEqual(lines);
  expect(translation.notAsked).toEqual([]);
});

test("refused by every router", () => {
  const { notAsked, ...rest } = translate([router("False"), router("False")]);
  expect(linesOf(rest)).toEqual([]);
  expect(notAsked).toEqual([
    { reason: "parent-refuses", names: ["foo.dtk.io"], sentence: "No router admits foo.dtk.io." },
  ]);
});

test("annotations give targets and more names", () => {
  const annotations = { hostname: "bar.dtk.io", target: "192.0.2.9" };
  expect(linesOf(translate([router("True")], annotations))).toEqual([
    "A foo.dtk.io -> 192.0.2.9",
    "A bar.dtk.io -> 192.0.2.9",
  ]);
  expect(linesOf(translate([router("False")], annotations))).toEqual(["A bar.dtk.io -> 192.0.2.9"]);
  expect(linesOf(translate(undefined, annotations, {}))).toEqual(["A bar.dtk.io -> 192.0.2.9"]);
});
