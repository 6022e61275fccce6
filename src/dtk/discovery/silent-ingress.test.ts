/** Ingresses without target and status are found, each with the annotation to paste. */
import { expect, test } from "vitest";
import { ingressFact } from "../../../test/support/kubernetes-facts.ts";
import { findSilentIngresses } from "./silent-ingress.ts";

const target = { "external-dns.alpha.kubernetes.io/target": "foo.dtk.io" };

test("one without target and status, with its command", () => {
  const ingresses = [
    ingressFact({ name: "annotated", hosts: ["foo.dtk.io"], annotations: target }),
    ingressFact({ name: "published", hosts: ["bar.dtk.io"], addresses: ["192.0.2.40"] }),
    ingressFact({ name: "silent", hosts: ["baz.dtk.io", "qux.dtk.io"] }),
    ingressFact({ name: "nameless", hosts: [] }),
  ];
  expect(findSilentIngresses({ ingresses })).toEqual([
    {
      path: "default/silent",
      hosts: ["baz.dtk.io", "qux.dtk.io"],
      command: "kubectl -n default annotate ingress silent external-dns.alpha.kubernetes.io/target=baz.dtk.io",
    },
  ]);
});

test("the prefix that charts from 1.22 on have by default does not count, since dtk sets the older one", () => {
  const annotations = { "external-dns.kubernetes.io/target": "foo.dtk.io" };
  const ingresses = [ingressFact({ name: "new", hosts: ["foo.dtk.io"], annotations })];
  expect(findSilentIngresses({ ingresses })).toHaveLength(1);
});

test("with that prefix it does, and the command has it", () => {
  const newer = "external-dns.kubernetes.io/";
  const ingresses = [
    ingressFact({ name: "new", hosts: ["foo.dtk.io"], annotations: { [`${newer}target`]: "foo.dtk.io" } }),
    ingressFact({ name: "old", hosts: ["bar.dtk.io"], annotations: target }),
  ];
  expect(findSilentIngresses({ ingresses }, newer).map(({ command }) => command)).toEqual([
    `kubectl -n default annotate ingress old ${newer}target=bar.dtk.io`,
  ]);
});
