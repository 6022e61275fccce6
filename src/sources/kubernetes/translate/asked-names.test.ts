/** One object looked at alone asks for every name that it would have with the right neighbours. */
import { expect, test } from "vitest";
import { metadata } from "../../../../test/support/cluster-objects.ts";
import { annotationPrefixes } from "./annotations.ts";
import { askedNames, translateAlone } from "./asked-names.ts";
import { ingressKind } from "./ingress.ts";
import type { Kind } from "./kind.ts";
import { httpRouteKind } from "./route.ts";
import { serviceKind } from "./service.ts";

const [newer, older] = annotationPrefixes;
const asked = (kind: Kind, object: object, prefix: string = older) => askedNames(translateAlone(kind, object, prefix));

test("only the annotations with the prefix count", () => {
  const annotations = { [`${newer}hostname`]: "new.io", [`${older}hostname`]: "old.io" };
  const object = { metadata: metadata("test", annotations), spec: { rules: [{ host: "foo.dtk.io" }] } };
  expect(asked(ingressKind, object)).toEqual(["foo.dtk.io", "old.io"]);
  expect(asked(ingressKind, object, newer)).toEqual(["foo.dtk.io", "new.io"]);
});

test("a Gateway that is not looked at speaks against no host", () => {
  const spec = { hostnames: ["foo.dtk.io"], parentRefs: [{ name: "public" }] };
  expect(asked(httpRouteKind, { metadata: metadata("test"), spec })).toEqual(["foo.dtk.io"]);
});

test("a name that it does not get is asked for, too", () => {
  const object = { metadata: metadata("test", { hostname: "foo.dtk.io" }), spec: { type: "LoadBalancer" } };
  expect(asked(serviceKind, object)).toEqual(["foo.dtk.io"]);
});

test.each([undefined, null, 5, "text", []])("nothing is asked for by %j", (object) => {
  expect(asked(ingressKind, object as never)).toEqual([]);
});
