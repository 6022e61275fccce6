/** Which contexts are watched without further word, and how their clusters are called. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Kubeconfig, parseKubeconfig } from "../../kubernetes/kubeconfig-file.ts";
import { parseClusterName } from "../../records/cluster.ts";
import { chooseContexts, nameClusters } from "./contexts.ts";

interface Given {
  readonly server?: string;
  readonly user?: object;
  readonly cluster?: string;
  readonly namespace?: string;
}

function config(contexts: Readonly<Record<string, Given>>): Kubeconfig {
  const entries = Object.entries(contexts);
  const file = {
    clusters: entries.map(([name, { server = "https://127.0.0.1:6443" }]) => ({ name, cluster: { server } })),
    users: entries.map(([name, { user = { token: "t" } }]) => ({ name, user })),
    contexts: entries.map(([name, { cluster = name, namespace }]) => ({
      name,
      context: { cluster, user: name, namespace },
    })),
  };
  return parseKubeconfig(JSON.stringify(file), "/");
}

const isLocal = async (host: string): Promise<boolean> => Promise.resolve(host === "127.0.0.1");
const usual = { named: [], all: false, isLocal };

async function choose(contexts: Readonly<Record<string, Given>>, options = {}): Promise<object> {
  const { clusters, others } = await chooseContexts(config(contexts), { ...usual, ...options });
  return {
    watched: clusters.map(({ name }) => String(name)),
    others: others.map(({ context, reason }) => `${context} ${reason}`),
  };
}

const login = { exec: { command: "aws", apiVersion: "v1" } };
const some = {
  "kind-a": {},
  production: { server: "https://api.example.com" },
  sso: { server: "https://127.0.0.1:1", user: login },
};

describe("of several contexts", () => {
  test("those on this desktop with plain credentials are watched", async () => {
    expect(await choose(some)).toEqual({ watched: ["kind-a"], others: ["production not-local", "sso login-program"] });
  });

  test("each that is left out says the flag that adds it", async () => {
    const { others } = await chooseContexts(config(some), usual);
    for (const { context, message } of others) expect(message).toContain(`--context=${context}`);
  });

  test("those that are named are watched, whatever they are, and no other", async () => {
    const named = { named: ["production", "sso"] };
    expect(await choose(some, named)).toEqual({ watched: ["production", "sso"], others: ["kind-a not-named"] });
  });

  test("all are watched where that is asked for", async () => {
    expect(await choose(some, { all: true })).toEqual({ watched: ["kind-a", "production", "sso"], others: [] });
  });

  test("of one cluster the first is watched", async () => {
    const contexts = {
      one: {},
      two: { server: "https://127.0.0.1:2" },
      "one-team": { cluster: "one", namespace: "team" },
    };
    expect(await choose(contexts)).toEqual({ watched: ["one", "two"], others: ["one-team same-cluster"] });
  });

  test("of several of one cluster the one that is watched already stays", async () => {
    const contexts = { one: {}, two: { cluster: "one" } };
    const present = new Set(["two"]);
    expect(await choose(contexts, { present })).toEqual({ watched: ["two"], others: ["one same-cluster"] });
  });

  test("one without its cluster or user is said to be incomplete", async () => {
    expect(await choose({ a: { cluster: "gone" } })).toEqual({ watched: [], others: ["a incomplete"] });
  });
});

test("a fingerprint changes with the server, the credentials and the namespace, and with nothing else", async () => {
  const print = async (given: Given, other = {}): Promise<string | undefined> =>
    (await chooseContexts(config({ a: given, ...other }), usual)).clusters[0]?.fingerprint;
  const first = await print({});
  expect(await print({}, { b: { server: "https://127.0.0.1:2" } })).toBe(first);
  for (const given of [{ server: "https://127.0.0.1:7" }, { user: { token: "u" } }, { namespace: "team" }]) {
    expect(await print(given)).not.toBe(first);
  }
});

describe("names", () => {
  test.each([
    ["kind-kind", "kind-kind"],
    ["Docker_Desktop", "docker-desktop"],
    ["admin@lab.example.com:6443/x", "admin-lab-example-com-6443-x"],
    ["default", "cluster-default"],
  ])("%s is %s", (context, name) => expect(nameClusters([context]).names.get(context)).toBe(name));

  test("one that is written like the label has it", () => {
    const { names, renamed } = nameClusters(["A_B", "a-b", "a.b"]);
    expect(names.get("a-b")).toBe("a-b");
    expect(names.get("A_B")).toMatch(/^a-b-[0-9a-f]{6}$/);
    expect(names.get("a.b")).toMatch(/^a-b-[0-9a-f]{6}$/);
    expect(renamed.map(({ context, holder }) => [context, holder])).toEqual([
      ["A_B", "a-b"],
      ["a.b", "a-b"],
    ]);
  });

  test("are labels, and each is there once", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.oneof(fc.string({ unit: "grapheme" }), fc.stringMatching(/^[aAbB._-]{1,4}$/))),
        (contexts) => {
          const names = [...nameClusters(contexts).names.values()];
          expect(new Set(names).size).toBe(names.length);
          for (const name of names) expect(parseClusterName(name)).toBe(name);
          expect(names.length).toBe(contexts.length);
        },
      ),
    );
  });
});
