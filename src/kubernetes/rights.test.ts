/** Rules are read as Kubernetes' own authorizer reads them. */
import { expect, test } from "vitest";
import type { KubernetesAPI } from "./api.ts";
import { mayDoEverything, permits, reviewRules } from "./rights.ts";

const rule = (given: object) => ({ verbs: ["list"], apiGroups: ["apps"], resources: ["things"], ...given });
const right = { verb: "list", group: "apps", resource: "things" };

test.each([
  ["what is written", {}, true],
  ["everything", { verbs: ["*"], apiGroups: ["*"], resources: ["*"] }, true],
  ["another verb", { verbs: ["get"] }, false],
  ["another group", { apiGroups: [""] }, false],
  ["another resource", { resources: ["others"] }, false],
  ["objects by name, where all are meant", { resourceNames: ["one"] }, false],
  ["no verb at all", { verbs: undefined }, false],
])("%s", (_, given, is) => {
  expect(permits([rule(given)], right)).toBe(is);
});

test("one of several rules is enough, and they do not add up to one", () => {
  expect(permits([rule({ verbs: ["get"] }), rule({})], right)).toBe(true);
  expect(permits([rule({ verbs: ["get"] }), rule({ apiGroups: [""] })], right)).toBe(false);
});

test("an object by its name", () => {
  const named = { ...right, name: "one" };
  expect(permits([rule({})], named)).toBe(true);
  expect(permits([rule({ resourceNames: ["one"] })], named)).toBe(true);
  expect(permits([rule({ resourceNames: ["two"] })], named)).toBe(false);
});

test("what the API server does not say whole says nothing", async () => {
  const ask = async (answer: unknown) =>
    reviewRules({ send: async () => JSON.stringify(answer) } as unknown as KubernetesAPI, "default");
  const resourceRules = [rule({})];
  expect(await ask({ status: { resourceRules, incomplete: false } })).toEqual(resourceRules);
  expect(await ask({ status: { resourceRules, incomplete: true } })).toBeUndefined();
  expect(await ask({ kind: "Status" })).toBeUndefined();
});

test("an administrator is whom the API server calls one", async () => {
  const ask = async (answer: unknown) =>
    mayDoEverything({ send: async () => JSON.stringify(answer) } as unknown as KubernetesAPI);
  expect(await ask({ status: { allowed: true } })).toBe(true);
  expect(await ask({ status: { allowed: false } })).toBe(false);
  expect(await ask({ kind: "Status" })).toBe(false);
});
