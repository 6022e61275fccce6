/** What a cluster's objects ask for follows each change, and never comes or goes for want of an answer. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ClusterModel } from "./cluster-model.ts";
import type { KeptObject } from "./translate/keep-fields.ts";
import { ingressKind } from "./translate/ingress.ts";
import { mergeTranslations } from "./translate/merge.ts";
import { nodeKind } from "./translate/node.ts";
import { serviceKind } from "./translate/service.ts";

const kinds = [ingressKind, serviceKind, nodeKind];

function ingress(name: string, hosts: readonly string[], target = ""): KeptObject {
  const annotations = target === "" ? {} : { "external-dns.kubernetes.io/target": target };
  return { metadata: { name, namespace: "default", annotations }, spec: { rules: hosts.map((host) => ({ host })) } };
}

function nodePort(name: string, host: string): KeptObject {
  const annotations = { "external-dns.kubernetes.io/hostname": host };
  return { metadata: { name, namespace: "default", annotations }, spec: { type: "NodePort" } };
}

function node(name: string, address: string): KeptObject {
  return { metadata: { name }, status: { addresses: [{ type: "InternalIP", address }] } };
}

function known(): ClusterModel {
  const model = new ClusterModel(kinds);
  for (const kind of kinds) {
    model.expect(kind, [""]);
    model.replace(kind, "", new Map());
  }
  return model;
}

/** Names with types and targets, in short. */
function asked(model: ClusterModel): readonly string[] {
  return [...model.endpoints.values()].map((each) => `${each.dnsName} ${each.targets?.join()}`).toSorted();
}

test("names come, change and go with their objects", () => {
  const model = known();
  model.change(ingressKind, "default/a", ingress("a", ["a.io", "b.io"]));
  expect(model.settle().size).toBe(2);
  expect(asked(model)).toEqual(["a.io a.io", "b.io b.io"]);
  model.change(ingressKind, "default/a", ingress("a", ["b.io", "c.io"]));
  expect(model.settle().size).toBe(2);
  expect(asked(model)).toEqual(["b.io b.io", "c.io c.io"]);
  model.remove(ingressKind, "default/a");
  expect(model.settle().size).toBe(2);
  expect(asked(model)).toEqual([]);
});

test("what says the same again changes nothing", () => {
  const model = known();
  model.change(ingressKind, "default/a", ingress("a", ["a.io"]));
  model.settle();
  model.change(ingressKind, "default/a", ingress("a", ["a.io"]));
  model.replace(ingressKind, "", new Map([["default/a", ingress("a", ["a.io"])]]));
  expect([...model.settle()]).toEqual([]);
});

test("the revision of a kind grows with what is known of it, and with nothing of another kind", () => {
  const model = new ClusterModel(kinds);
  let before = model.revision(nodeKind);
  const hasGrown = (change: () => void): boolean => {
    change();
    const grew = model.revision(nodeKind) > before;
    before = model.revision(nodeKind);
    return grew;
  };
  expect(hasGrown(() => model.expect(nodeKind, [""]))).toBe(true);
  expect(hasGrown(() => model.replace(nodeKind, "", new Map()))).toBe(true);
  expect(hasGrown(() => model.change(nodeKind, "a", node("a", "192.0.2.1")))).toBe(true);
  expect(hasGrown(() => model.change(nodeKind, "a", node("a", "192.0.2.1")))).toBe(false);
  expect(hasGrown(() => model.change(ingressKind, "default/a", ingress("a", ["a.io"])))).toBe(false);
  expect(hasGrown(() => void model.settle())).toBe(false);
  expect(hasGrown(() => model.remove(nodeKind, "a"))).toBe(true);
  expect(hasGrown(() => model.setAbsent(nodeKind))).toBe(true);
});

test("a name that two objects ask for stays until both let go", () => {
  const model = known();
  model.change(ingressKind, "default/a", ingress("a", ["a.io"], "192.0.2.1"));
  model.change(ingressKind, "default/b", ingress("b", ["a.io"], "192.0.2.2"));
  model.settle();
  expect(asked(model)).toEqual(["a.io 192.0.2.1,192.0.2.2"]);
  model.remove(ingressKind, "default/a");
  model.settle();
  expect(asked(model)).toEqual(["a.io 192.0.2.2"]);
});

describe("before everything is listed", () => {
  test("a kind waits for its own list and for those of the kinds that it looks at", () => {
    const model = new ClusterModel(kinds);
    for (const kind of kinds) model.expect(kind, [""]);
    model.replace(serviceKind, "", new Map([["default/s", nodePort("s", "s.io")]]));
    expect([...model.settle()]).toEqual([]);
    expect(model.isSettled).toBe(false);
    model.replace(nodeKind, "", new Map([["n", node("n", "192.0.2.9")]]));
    model.settle();
    expect(asked(model)).toEqual(["s.io 192.0.2.9"]);
    expect(model.isSettled).toBe(false);
    model.setRefused(ingressKind, "");
    expect(model.isSettled).toBe(true);
  });

  test("a refusal of what was known before takes nothing away", () => {
    const model = known();
    model.change(ingressKind, "default/a", ingress("a", ["a.io"]));
    model.setRefused(ingressKind, "");
    model.settle();
    expect([asked(model), model.knowledge(ingressKind)]).toEqual([["a.io a.io"], "known"]);
    // The kind is watched anew, in another version.
    model.expect(ingressKind, [""]);
    model.settle();
    expect(asked(model)).toEqual(["a.io a.io"]);
    model.setRefused(ingressKind, "");
    model.settle();
    expect(asked(model)).toEqual(["a.io a.io"]);
  });
});

test("a kind that is not served any more takes its names along", () => {
  const model = known();
  model.change(ingressKind, "default/a", ingress("a", ["a.io"]));
  model.settle();
  model.setAbsent(ingressKind);
  expect(model.settle().size).toBe(1);
  expect(asked(model)).toEqual([]);
});

test("a list of one namespace says nothing about another", () => {
  const model = known();
  model.expect(ingressKind, ["one", "two"]);
  model.replace(ingressKind, "one", new Map([["one/a", ingress("a", ["a.io"])]]));
  model.replace(ingressKind, "two", new Map([["two/b", ingress("b", ["b.io"])]]));
  model.replace(ingressKind, "one", new Map());
  model.settle();
  expect(asked(model)).toEqual(["b.io b.io"]);
});

test("a node that moves takes the names of NodePort Services along", () => {
  const model = known();
  model.change(serviceKind, "default/s", nodePort("s", "s.io"));
  model.change(nodeKind, "n", node("n", "192.0.2.9"));
  model.settle();
  model.change(nodeKind, "n", node("n", "192.0.2.10"));
  expect(model.settle().size).toBe(1);
  expect(asked(model)).toEqual(["s.io 192.0.2.10"]);
});

test("whatever the changes, the result is that of all objects at once", () => {
  const host = fc.constantFrom("a.io", "b.io", "c.io");
  const object = fc.record({
    name: fc.constantFrom("1", "2", "3"),
    hosts: fc.uniqueArray(host),
    target: fc.constantFrom("", "192.0.2.1", "192.0.2.2", "x.io"),
  });
  const step = fc.record({ object, isRemoved: fc.boolean(), isSettled: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const model = known();
      const objects = new Map<string, KeptObject>();
      for (const {
        object: { name, hosts, target },
        isRemoved,
        isSettled,
      } of steps) {
        const key = `default/${name}`;
        if (isRemoved) objects.delete(key);
        else objects.set(key, ingress(name, hosts, target));
        const present = objects.get(key);
        if (present === undefined) model.remove(ingressKind, key);
        else model.change(ingressKind, key, present);
        if (isSettled) model.settle();
      }
      model.settle();
      const none = { find: () => undefined, list: () => [], knows: () => true };
      const translations = [...objects.values()].flatMap((each) => ingressKind.translate?.(each, none) ?? []);
      const byText = (endpoints: Iterable<unknown>): readonly string[] =>
        [...endpoints].map((each) => JSON.stringify(each)).toSorted();
      expect(byText(model.endpoints.values())).toEqual(byText(mergeTranslations(translations)));
    }),
  );
});
