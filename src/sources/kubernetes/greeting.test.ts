/** An API server that starts is waited for until it knows the rights of whoever asks, and no longer. */
import { expect, test } from "vitest";
import type { KubernetesAPI } from "../../kubernetes/api.ts";
import { waitUntilReady } from "./greeting.ts";

const signal = new AbortController().signal;

interface Start {
  /** The status of each look, of which the last one stays. */
  readonly looks: readonly number[];
  /** The look from which on only roles are missing. */
  readonly rolesMissingAt?: number;
  /** What is answered when rights are asked for. */
  readonly rights?: object | Error;
  readonly hasSaidSo?: boolean;
}

const everything = { status: { allowed: true } };
const less = { status: { allowed: false } };

/** Greets a server that starts: how many looks it takes, how often rights are asked for, and what comes of it. */
async function greet({ looks, rolesMissingAt = 1, rights = everything, hasSaidSo = false }: Start) {
  let [look, asked] = [0, 0];
  const transport = async ({ path }: { readonly path: string }) => {
    if (path === "/readyz") look += 1;
    const known = looks[look - 1] ?? looks.at(-1) ?? 0;
    const status = path === "/readyz" || look < rolesMissingAt ? known : 200;
    return Promise.resolve({ status, retryAfter: undefined, chunks: (async function* () {})() });
  };
  const send = async (): Promise<string> => {
    asked += 1;
    if (rights instanceof Error) throw rights;
    return Promise.resolve(JSON.stringify(rights));
  };
  const clock = { now: () => look * 100, sleep: async () => Promise.resolve(), random: () => 0 };
  const api = { send } as unknown as KubernetesAPI;
  return [await waitUntilReady({ api, transport, clock, signal, hasSaidSo }), look, asked];
}

test.each<[string, Start, readonly [boolean, number, number]]>([
  ["one that is ready: nobody's rights are asked for", { looks: [200] }, [true, 1, 0]],
  ["an administrator does not wait for the rights of others", { looks: [500], rolesMissingAt: 4 }, [false, 4, 1]],
  ["whoever may do less waits", { looks: [500, 500, 500, 200], rolesMissingAt: 2, rights: less }, [true, 4, 2]],
  ["and whoever may not ask what", { looks: [500, 500, 500, 200], rights: new Error("403") }, [true, 4, 3]],
  ["a user who may never ask is no reason to wait", { looks: [403] }, [false, 1, 0]],
  ["one who might ask before does", { looks: [403, 403, 500, 200], hasSaidSo: true, rights: less }, [true, 4, 1]],
  ["credentials that are refused are another's business", { looks: [401], hasSaidSo: true }, [true, 1, 0]],
])("%s", async (_, start, outcome) => {
  expect(await greet(start)).toEqual(outcome);
});

test("one that goes on to be not ready is given up", async () => {
  await expect(greet({ looks: [500], rolesMissingAt: 1000 })).rejects.toThrow("it is not ready");
});

test("one that goes on to forbid the question is not asked it again", async () => {
  expect((await greet({ looks: [403], hasSaidSo: true }))[0]).toBe(false);
});
