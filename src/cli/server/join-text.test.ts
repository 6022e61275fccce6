/** What a person reads before a team may name hosts here: what it may, what it would bring, and what stays as it is. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JoinRequest, TeamPreview } from "../../contract/team.ts";
import { privateNetworks } from "../../records/team.ts";
import { type Terminal, plain } from "../terminal.ts";
import { renderPreview } from "./join-text.ts";

const request: JoinRequest = {
  name: "dev",
  url: "etcd://e1.example.com:2379",
  domains: ["dev.example.com"],
  networks: [...privateNetworks],
  mostNames: 10_000,
  isInsecure: false,
};

const preview: TeamPreview = {
  name: "dev",
  url: "etcd://e1.example.com:2379",
  domains: ["dev.example.com"],
  isJoined: false,
  names: 0,
  list: [],
  refused: {},
  conflicts: { total: 0, list: [] },
  shadowed: { total: 0, list: [] },
  warnings: [],
};

/** A terminal that shows which style a text has. */
const marking: Terminal = { width: 80, paint: (style, text) => `<${style}>${text}</${style}>` };

function render(shown: Partial<TeamPreview> = {}, asked: Partial<JoinRequest> = {}, terminal = plain): string {
  return renderPreview({ ...request, ...asked }, { ...preview, ...shown }, terminal);
}

test("of a team that has nothing yet it is what the team may have", () => {
  expect(render()).toBe(`\
Team dev, from etcd://e1.example.com:2379
  may have names in  dev.example.com
  may lead to        private networks
  names              0 now, at most 10,000
`);
});

describe("where its names may lead", () => {
  test.each([
    [[...privateNetworks], "private networks"],
    [[...privateNetworks, "203.0.113.0/24"], "private networks, 203.0.113.0/24"],
    [["203.0.113.0/24", ...privateNetworks.toReversed()], "private networks, 203.0.113.0/24"],
    // Not all of the private ones are not the private ones.
    [privateNetworks.slice(1), privateNetworks.slice(1).join(", ")],
    [["203.0.113.0/24"], "203.0.113.0/24"],
  ])("%j: %s", (networks, words) => {
    expect(render({}, { networks })).toContain(`  may lead to        ${words}\n`);
  });
});

describe("what it would bring", () => {
  test("names with all their addresses, and how many more there are", () => {
    const list = [
      { name: "foo.dev.example.com", addresses: ["10.0.0.1", "fd00::1"] },
      { name: "bar.dev.example.com", addresses: ["10.0.0.2"] },
    ];
    const text = render({ names: 1234, list, domains: ["dev.example.com", "dtk.io"] }, { mostNames: 2000 });
    expect(text.split("\n").slice(1)).toEqual([
      "  may have names in  dev.example.com, dtk.io",
      "  may lead to        private networks",
      "  names              1,234 now, at most 2,000",
      "    foo.dev.example.com  10.0.0.1, fd00::1",
      "    bar.dev.example.com  10.0.0.2",
      "    and 1,232 more",
      "",
    ]);
    expect(render({ names: 2, list })).not.toContain("more");
  });

  test("what is refused, by reason, with the code that troubleshooting explains", () => {
    const text = render({ refused: { "team-domain": 1, "team-network": 1200 } });
    expect(text).toContain(
      "  refused            1 name [team-domain]\n  refused            1,200 names [team-network]\n",
    );
  });

  test("the user's own lines that stay, each with its number, and how many more there are", () => {
    const list = [{ name: "foo.dev.example.com", line: 3, text: "192.0.2.1 foo.dev.example.com  " }];
    const text = render({ conflicts: { total: 3, list } });
    expect(text).toContain(
      "\n  stays yours        foo.dev.example.com, line 3: 192.0.2.1 foo.dev.example.com\n    and 2 more\n",
    );
  });

  test("names that somebody else has, with who that is, and how many more there are", () => {
    const list = [{ name: "foo.dev.example.com", holder: "the cluster kind-a" }];
    const text = render({ shadowed: { total: 2, list } });
    expect(text).toContain(
      "\n  stays as it is     foo.dev.example.com, which the cluster kind-a has\n    and 1 more\n",
    );
  });

  test("warnings come last, each in the colour of what is bad, and the title is strong", () => {
    const warnings = ["Nothing is encrypted.", "The store has no users."];
    const lines = render({ warnings }, {}, marking).trimEnd().split("\n");
    expect(lines[0]).toBe("<strong>Team dev, from etcd://e1.example.com:2379</strong>");
    expect(lines.slice(-2)).toEqual(warnings.map((warning) => `<bad>${warning}</bad>`));
    expect(lines.slice(1, -2).join("")).not.toContain("<");
  });
});

test("whatever a team or its address says, each fact stays one line, and no control character passes", () => {
  const nasty = fc.string({
    unit: fc.constantFrom("a", ".", "\n", "\r", "\t", "\u001B", "[", "3", "1", "m", "\u202E", "\u0007"),
  });
  fc.assert(
    fc.property(nasty, nasty, nasty, (name, holder, text) => {
      const shown = {
        name,
        names: 1,
        list: [{ name, addresses: [text] }],
        refused: { [text]: 1 },
        conflicts: { total: 1, list: [{ name, line: 1, text }] },
        shadowed: { total: 1, list: [{ name, holder }] },
        warnings: [text],
      };
      const lines = render(shown, { url: text }).split("\n");
      expect(lines).toHaveLength(10);
      for (const line of lines) expect(line).not.toMatch(/[\p{Cc}\p{Bidi_C}]/u);
    }),
  );
});

test.each(["\u001B[8mhidden\u001B[0m", "\u001B[31m", "\u001B[2J", "\u009B31m"])(
  "%j of a team colours and hides nothing",
  (text) => {
    const list = [{ name: text, addresses: [text] }];
    expect(render({ name: text, names: 1, list, warnings: [text] }, { url: text })).not.toMatch(/[\u001B\u009B]/);
  },
);

test("what a terminal obeys is shown as escapes, within the colours that are ours", () => {
  const coloured: Terminal = { width: 80, paint: (_, text) => `\u001B[1m${text}\u001B[0m` };
  const text = "10.0.0.9 foo.dev.example.com # \u001B[31mred";
  const conflicts = { total: 1, list: [{ name: "foo.dev.example.com", line: 3, text }] };
  const shown = render({ conflicts, warnings: ["\u001B[2Jgone"] }, {}, coloured);
  expect(shown).toContain("\\u001b[31mred");
  expect(shown).toContain("\u001B[1m\\u001b[2Jgone\u001B[0m\n");
});
