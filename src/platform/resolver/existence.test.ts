/** Whether a domain exists for others, by what the real resolvectl prints. */
import { expect, test } from "vitest";
import { resolvedOf, resolverFactsOf } from "../../../test/support/resolver-parts.ts";
import { existenceOf } from "./existence.ts";

const facts = resolverFactsOf({ resolved: resolvedOf({ version: 257 }), nameservers: ["127.0.0.53"] });

const answers = {
  theirs: { output: "dtk.io IN SOA ns1.example.com. admin.example.com. 1 2 3 4 5\n" },
  ours: { output: "dtk.io IN SOA localhost. nobody.invalid. 1 3600 600 86400 1\n" },
  empty: { complaint: "dtk.io: resolve call failed: Name 'dtk.io' does not have any RR of the requested type" },
  missing: { complaint: "dtk.io: resolve call failed: Name 'dtk.io' not found" },
  silent: { complaint: "dtk.io: resolve call failed: Query timed out" },
  offline: { complaint: "dtk.io: resolve call failed: No appropriate name servers or networks for name found" },
} as const;
type Answer = keyof typeof answers;

/** A resolver with links that have servers, each with its own answer. */
function resolverWith(links: Readonly<Record<string, Answer>>, otherwise: Answer = "offline") {
  const asked: string[] = [];
  const run = async (_: string, parameters: readonly string[]) => {
    if (parameters[0] === "dns") {
      const lines = Object.keys(links).map((name, index) => `Link ${index + 2} (${name}): 192.0.2.1\n`);
      return { ok: true, output: `Global:\n${lines.join("")}Link 9 (idle):\n`, complaint: "", isMissing: false };
    }
    const link = parameters[parameters.indexOf("--interface") + 1] ?? "";
    asked.push(parameters.includes("--interface") ? link : "any");
    const answer = answers[links[link] ?? otherwise];
    return { output: "", complaint: "", ...answer, ok: "output" in answer, isMissing: false };
  };
  return { run, asked };
}

test.each(["dtk.test", "a.home.arpa", "internal", "x.internal"])(
  "%s is nobody's, and nobody is asked",
  async (domain) => {
    const { run, asked } = resolverWith({ eth0: "theirs" });
    expect(await existenceOf(domain, facts, run)).toBe("private");
    expect(asked).toEqual([]);
  },
);

test.each<[Answer, string]>([
  ["theirs", "public"],
  ["empty", "public"],
  ["missing", "private"],
  ["ours", "unknown"],
  ["silent", "unknown"],
  ["offline", "unknown"],
])("an answer that is %s", async (answer, expected) => {
  expect(await existenceOf("dtk.io", facts, resolverWith({ eth0: answer }).run)).toBe(expected);
});

test("each link with servers is asked but ours, and one that knows the domain is enough", async () => {
  const { run, asked } = resolverWith({ eth0: "missing", tun0: "theirs", hostsfile0: "ours" });
  expect(await existenceOf("dtk.io", facts, run)).toBe("public");
  expect(asked).toEqual(["eth0", "tun0"]);
});

test("a link that cannot say counts for nothing beside one that says no", async () => {
  expect(await existenceOf("dtk.io", facts, resolverWith({ eth0: "missing", tun0: "silent" }).run)).toBe("private");
});

test("without a link with servers the whole machine's are asked", async () => {
  const { run, asked } = resolverWith({}, "theirs");
  expect(await existenceOf("dtk.io", facts, run)).toBe("public");
  expect(asked).toEqual(["any"]);
});
