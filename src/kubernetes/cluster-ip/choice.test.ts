/** The choice prefers an address that listens over one that is merely there, keeps both families of one source, and says why. */
import { expect, test } from "vitest";
import { type Address, parseAddress } from "../../records/address.ts";
import { chooseClusterIP, explainChoice } from "./choice.ts";
import type { ProbeResult } from "./probe.ts";

function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

async function choose(answers: Readonly<Record<string, readonly [source: string, result: ProbeResult]>>) {
  const candidates = Object.entries(answers).map(([text, [source]]) => ({ address: address(text), source }));
  return chooseClusterIP(candidates, async (asked) => answers[asked]?.[1] ?? "silent");
}

test.each([
  {
    case: "the first that listens",
    answers: { "192.0.2.1": ["node a", "closed"], "192.0.2.2": ["node b", "open"], "127.0.0.1": ["here", "open"] },
    chosen: ["192.0.2.2"],
    isListening: true,
  },
  {
    case: "nobody listens yet: the first that is there",
    answers: { "192.0.2.1": ["node a", "silent"], "192.0.2.2": ["node b", "closed"], "127.0.0.1": ["here", "closed"] },
    chosen: ["192.0.2.2"],
    isListening: false,
  },
  {
    case: "this machine, when no other answers, as with Docker Desktop",
    answers: { "192.0.2.1": ["node a", "silent"], "127.0.0.1": ["here", "closed"] },
    chosen: ["127.0.0.1"],
    isListening: false,
  },
  {
    case: "not this machine's own web server, while a node is there",
    answers: { "192.0.2.1": ["node a", "closed"], "127.0.0.1": ["here", "open"] },
    chosen: ["192.0.2.1"],
    isListening: false,
  },
  {
    case: "both families of one source",
    answers: { "2001:db8::1": ["node a", "open"], "192.0.2.1": ["node a", "open"], "192.0.2.2": ["node b", "open"] },
    chosen: ["192.0.2.1", "2001:db8::1"],
    isListening: true,
  },
  {
    case: "not the other family where it does not listen",
    answers: {
      "192.0.2.1": ["node a", "open"],
      "2001:db8::1": ["node a", "silent"],
      "2001:db8::2": ["node b", "open"],
    },
    chosen: ["192.0.2.1"],
    isListening: true,
  },
] as const)("$case", async ({ answers, chosen, isListening }) => {
  expect(await choose(answers)).toMatchObject({ clusterIPs: chosen, isListening });
});

test("without candidates there is no choice", async () => {
  expect(await choose({})).toBeUndefined();
});

test("silent candidates behind the one that listens are not waited for", async () => {
  const [first, second] = ["192.0.2.1", "192.0.2.2"].map((text) => ({
    address: address(text),
    source: `node ${text}`,
  }));
  if (first === undefined || second === undefined) throw new Error("no candidates");
  const never = Promise.withResolvers<ProbeResult>();
  const third = { ...second, address: address("192.0.2.3"), source: "node c" };
  const probe = async (asked: Address): Promise<ProbeResult> =>
    asked === third.address ? never.promise : asked === first.address ? "open" : "closed";
  expect(await chooseClusterIP([first, second, third], probe)).toMatchObject({ clusterIPs: [first.address] });
});

test("is explained, the chosen one first", async () => {
  const choice = await choose({
    "192.0.2.1": ["the node a", "silent"],
    "192.0.2.2": ["the node b", "open"],
    "127.0.0.1": ["this machine", "closed"],
  });
  expect(choice && explainChoice(choice)).toEqual([
    "192.0.2.2: the node b; it listens on port 80 or 443",
    "not 192.0.2.1: the node a; it does not answer",
  ]);
});
