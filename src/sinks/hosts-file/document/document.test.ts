/** Proves by example and by property that the user's bytes survive whatever is shown and whatever was done to the block. */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { type HostEntry, splitBody } from "./body.ts";
import { type Rendering, renderHostsFile } from "./document.ts";

type Decided = Exclude<Rendering, { kind: "undecidable" }>;

/** Entries of `address name` lines. */
function entriesOf(lines: readonly string[]): readonly HostEntry[] {
  const addresses = new Map<string, string[]>();
  for (const [address = "", name = ""] of lines.map((line) => line.split(" "))) {
    addresses.set(name, [...(addresses.get(name) ?? []), address]);
  }
  return [...addresses].map(([name, list]) => ({ name, addresses: list }));
}

/** Renders and returns the text of the file afterwards. */
function show(text: string, lines: readonly string[], written?: string): Decided & { readonly after: string } {
  const rendering = renderHostsFile({ text, wanted: entriesOf(lines), written });
  if (rendering.kind === "undecidable") throw new Error(`undecidable: lines ${rendering.lines.join(", ")}`);
  return { ...rendering, after: rendering.kind === "changed" ? rendering.text : text };
}

/** The lines outside the markers and those between them. */
function split(text: string): { readonly outside: string; readonly inside: readonly string[] } {
  const match =
    /^(?<head>[^]*?)# BEGIN hostsfile-server \(managed[^\n]*\n(?<body>[^]*?)# END hostsfile-server\n(?<tail>[^]*)$/.exec(
      text,
    );
  const { head = text, body = "", tail = "" } = match?.groups ?? {};
  return { outside: head + tail, inside: body.split("\n").slice(0, -1) };
}

const a = "10.0.0.1 a.dtk.io";
const b = "10.0.0.1 b.dtk.io";
const c = "10.0.0.1 c.dtk.io";
const begin = (text: string): string => /# BEGIN hostsfile-server [^\n]*\n/.exec(text)?.[0] ?? "";
const end = "# END hostsfile-server\n";

describe("where the block is", () => {
  test("a new block goes to the end, in the order of the wanted lines", () => {
    const { after } = show("127.0.0.1 localhost\n", [a, b]);
    expect(after).toBe(`127.0.0.1 localhost\n${begin(after)}${a}\n${b}\n${end}`);
  });

  test("a block that is there stays where it is, between the user's lines", () => {
    const first = show("1.1.1.1 above\n", [a]).after + "2.2.2.2 below\n";
    const { after } = show(first, [a, b]);
    expect(after).toBe(`1.1.1.1 above\n${begin(after)}${a}\n${b}\n${end}2.2.2.2 below\n`);
  });

  test("nothing to show leaves no trace", () => {
    expect(show("127.0.0.1 localhost\n", []).kind).toBe("unchanged");
    expect(show(show("127.0.0.1 localhost\n", [a]).after, []).after).toBe("127.0.0.1 localhost\n");
    expect(show(show("", [a]).after, []).after).toBe("");
  });

  test("rendering twice changes nothing", () => {
    const once = show("127.0.0.1 localhost\n", [a, b]);
    expect(show(once.after, [a, b], once.body).kind).toBe("unchanged");
    expect(show(once.after, [a, b]).kind).toBe("unchanged");
  });

  test("one more name is one more line, not one less: several records of one change are all there", () => {
    expect(split(show(show("", [a]).after, [a, b, c]).after).inside).toEqual([a, b, c]);
  });
});

describe("the line end that is missing", () => {
  test("our first line never continues the user's last one", () => {
    const { after } = show("# last", [a]);
    expect(after.startsWith("# last\n# BEGIN")).toBe(true);
    expect(show(after, []).after).toBe("# last");
  });

  test("it survives changes and a restart in between", () => {
    const first = show("# last", [a]);
    const second = show(first.after, [a, b]);
    expect(show(second.after, []).after).toBe("# last");
  });

  test.each([
    ["the line was edited", (text: string) => text.replace("# last", "# last one"), "# last one\n"],
    ["a line was added before the block", (text: string) => text.replace("# last\n", "# last\nx\n"), "# last\nx\n"],
    ["a line follows the block", (text: string) => `${text}after\n`, "# last\nafter\n"],
    ["an editor made it CRLF", (text: string) => text.replace("# last\n", "# last\r\n"), "# last\r\n"],
  ])("it stays when %s", (_what, edit, expected) => {
    const edited = edit(show("# last", [a]).after);
    expect(show(edited, []).after).toBe(expected);
    const rendered = show(edited, [a, b]);
    expect(show(rendered.after, [], rendered.body).after).toBe(expected);
  });

  test("a line moved out of the block ends itself", () => {
    const first = show("# last", [a]);
    const edited = first.after.replace(end, `# last\n${end}`);
    expect(show(show(edited, [a], first.body).after, []).after).toBe("# last\n# last\n");
  });
});

describe("names that the user defines", () => {
  test.each([
    ["one name", "1.2.3.4 a.dtk.io"],
    ["several names", "1.2.3.4 x a.dtk.io y"],
    ["tabs", "1.2.3.4\t\ta.dtk.io"],
    ["leading space", "  1.2.3.4 a.dtk.io"],
    ["upper case", "1.2.3.4 A.dtk.IO"],
    ["a comment behind", "1.2.3.4 a.dtk.io # mine"],
    ["a comment glued on", "1.2.3.4 a.dtk.io#mine"],
    ["CRLF", "1.2.3.4 a.dtk.io\r"],
    ["a lone CR as space", "1.2.3.4 x\ra.dtk.io"],
    ["vertical tab and form feed", "1.2.3.4\va.dtk.io\f"],
    ["IPv6", "fd00::1 a.dtk.io"],
    ["IPv6 with zone", "fe80::1%eth0 a.dtk.io"],
    ["a short address (musl)", "127.1 a.dtk.io"],
  ])("stay the user's: %s", (_what, line) => {
    const { after, conflicts, body } = show(`127.0.0.1 localhost\n${line}\n`, [a, b]);
    expect(body).toBe(`${b}\n`);
    expect(conflicts).toEqual([{ name: "a.dtk.io", line: 2, text: line.replace(/\r$/, "") }]);
    expect(after.startsWith(`127.0.0.1 localhost\n${line}\n#`)).toBe(true);
  });

  test.each([
    ["a comment", "# 1.2.3.4 a.dtk.io"],
    ["behind a comment sign", "1.2.3.4 x #a.dtk.io"],
    ["no address", "hello a.dtk.io"],
    ["a longer name", "1.2.3.4 xa.dtk.io a.dtk.io.example"],
    ["dots are dots", "1.2.3.4 aXdtk.io"],
    ["no name", "1.2.3.4"],
    ["a line that a BOM spoils for every resolver", "\xef\xbb\xbf1.2.3.4 a.dtk.io"],
  ])("%s defines nothing", (_what, line) => {
    expect(show(`${line}\n`, [a]).body).toBe(`${a}\n`);
  });

  test("a name defined for one address family only is the user's entirely", () => {
    const dual = ["10.0.0.1 a.dtk.io", "fd00::1 a.dtk.io"];
    expect(show("1.2.3.4 a.dtk.io\n", dual).body).toBe("");
    expect(show("1.2.3.4 a.dtk.io\n", dual).conflicts).toHaveLength(1);
  });

  test("a line behind the block counts, with its number in the file as it becomes", () => {
    const first = show("1.1.1.1 x\n", [a, b]);
    const { after, conflicts } = show(`${first.after}9.9.9.9 b.dtk.io\n`, [a, b, c], first.body);
    expect(after.split("\n")[(conflicts[0]?.line ?? 0) - 1]).toBe("9.9.9.9 b.dtk.io");
    expect(split(after).inside).toEqual([a, c]);
  });

  test("the name comes back when the user's line goes", () => {
    expect(show("", [a], show("1.2.3.4 a.dtk.io\n", [a]).body).body).toBe(`${a}\n`);
  });

  test("the text of a conflict is what the user reads", () => {
    const line = "1.2.3.4 a.dtk.io # Küche";
    const { conflicts } = show(Buffer.from(`${line}\n`).toString("latin1"), [a]);
    expect(conflicts[0]?.text).toBe(line);
  });
});

describe("foreign lines between the markers", () => {
  const first = show("1.1.1.1 x\n", [a, b]);

  test.each([
    ["an entry", "5.5.5.5 mine"],
    ["a comment", "# mine"],
    ["a blank line", ""],
    ["bytes", "\x00\xff\x80"],
    ["CRLF", "5.5.5.5 mine\r"],
  ])("%s moves before the block as it is, and is reported", (_what, line) => {
    for (const written of [first.body, undefined]) {
      const { after, moved } = show(first.after.replace(`${b}\n`, `${line}\n${b}\n`), [a, b], written);
      expect(after).toBe(`1.1.1.1 x\n${line}\n${begin(after)}${a}\n${b}\n${end}`);
      expect(moved).toEqual([{ line: 2, text: Buffer.from(line, "latin1").toString().replace(/\r$/, "") }]);
    }
  });

  test("a line of ours with another address is the user's, and so is the name", () => {
    const { after, conflicts } = show(first.after.replace(a, "9.9.9.9 a.dtk.io"), [a, b], first.body);
    expect(split(after)).toEqual({ outside: "1.1.1.1 x\n9.9.9.9 a.dtk.io\n", inside: [b] });
    expect(conflicts).toEqual([{ name: "a.dtk.io", line: 2, text: "9.9.9.9 a.dtk.io" }]);
  });

  test("a line of ours that was taken out comes back", () => {
    const { after } = show(first.after.replace(`${a}\n`, ""), [a, b], first.body);
    expect(after).toBe(first.after);
  });

  test("after a restart the untouched block is ours to the last line, though nobody wants its lines any more", () => {
    const { after, moved, shown } = show(first.after, ["10.0.0.2 a.dtk.io"]);
    expect(split(after)).toEqual({ outside: "1.1.1.1 x\n", inside: ["10.0.0.2 a.dtk.io"] });
    expect([moved, shown]).toEqual([[], `${a}\n${b}\n`]);
  });

  test("an editor that makes the file CRLF does not make our lines the user's", () => {
    for (const written of [first.body, undefined]) {
      const { after, moved } = show(first.after.replaceAll("\n", "\r\n"), [a], written);
      expect(after).toBe(`1.1.1.1 x\r\n${begin(after)}${a}\n${end}`);
      expect(moved).toEqual([]);
    }
  });

  test("an end marker that lost its line end is whole", () => {
    expect(show(first.after.slice(0, -1), [], first.body).after).toBe("1.1.1.1 x\n");
  });
});

describe("a damaged block", () => {
  const first = show("1.1.1.1 x\n", [a, b]);
  const opening = begin(first.after);
  const user = "5.5.5.5 mine # not ours\n";

  test.each([
    ["end missing", `1.1.1.1 x\n${opening}${a}\n${b}\n${user}`],
    ["end missing, a line in between", `1.1.1.1 x\n${opening}${a}\n${user}${b}\n`],
    ["begin missing", `1.1.1.1 x\n${user}${a}\n${b}\n${end}`],
    ["begin missing, a line in between", `1.1.1.1 x\n${a}\n${user}${b}\n${end}`],
    ["end before begin", `1.1.1.1 x\n${end}${a}\n${user}${b}\n${opening}`],
    ["nested", `1.1.1.1 x\n${opening}${a}\n${opening}${b}\n${end}${user}${end}`],
    ["two blocks", `1.1.1.1 x\n${opening}${a}\n${b}\n${end}${user}${opening}${a}\n${b}\n${end}`],
    ["two begins", `1.1.1.1 x\n${opening}${opening}${a}\n${b}\n${end}${user}`],
    ["two ends", `1.1.1.1 x\n${opening}${a}\n${b}\n${end}${end}${user}`],
    ["both markers gone", `1.1.1.1 x\n${a}\n${b}\n${user}`],
  ])("%s: every other byte stays, ours are in one block", (_what, text) => {
    const { after, damage } = show(text, [b, c], first.body);
    expect(split(after)).toEqual({ outside: `1.1.1.1 x\n${user}`, inside: [b, c] });
    expect(damage.length).toBeGreaterThan(0);
    expect(show(after, [], `${b}\n${c}\n`).after).toBe(`1.1.1.1 x\n${user}`);
  });

  test("the markers are named by their lines", () => {
    expect(show(`x\n${opening}${a}\n`, [a]).damage).toEqual([2]);
    expect(show(`x\n${end}y\n${opening}`, [a]).damage).toEqual([2, 4]);
  });

  test("a marker in the middle of a line, or with more behind it, is none", () => {
    const text = `x ${opening}#${end}${end.trim()} or so\n`;
    expect(show(show(text, [a]).after, []).after).toBe(text);
    expect(show(text, [a]).damage).toEqual([]);
  });

  test("an unfinished block never swallows what follows it", () => {
    const text = `${opening}${a}\n127.0.0.1 localhost localhost.localdomain\n::1\tip6-localhost\n`;
    expect(show(text, [], first.body).after).toBe("127.0.0.1 localhost localhost.localdomain\n::1\tip6-localhost\n");
  });

  test("lines that look like ours cannot be decided without memory: nothing is written, and the lines are named", () => {
    const text = `1.1.1.1 x y\n10.0.0.9 old.dtk.io\n${a}\n${end}2.2.2.2 z\n`;
    expect(renderHostsFile({ text, wanted: entriesOf([a]) })).toEqual({
      kind: "undecidable",
      markers: [4],
      lines: [2],
    });
    expect(renderHostsFile({ text, wanted: [] })).toEqual({ kind: "undecidable", markers: [4], lines: [2, 3] });
  });

  test("with memory they are the user's", () => {
    const text = `10.0.0.9 old.dtk.io\n${a}\n${end}`;
    expect(show(text, [], first.body).after).toBe("10.0.0.9 old.dtk.io\n");
  });

  test("deleting the markers, as the hint says, makes everything decidable: it is the user's then", () => {
    const text = `10.0.0.9 old.dtk.io\n${a}\n`;
    expect(show(text, [a, b])).toMatchObject({ conflicts: [{ name: "a.dtk.io", line: 2 }], body: `${b}\n` });
  });

  test("a block pasted twice is ours twice, even without memory", () => {
    expect(show(first.after + first.after, ["10.0.0.2 a.dtk.io"]).shown).toBe(`${a}\n${b}\n${a}\n${b}\n`);
  });
});

describe("whatever the file holds", () => {
  const newline = fc.constantFrom("\n", "\r\n", "\n\n", "\r", "");
  const fragment = fc.oneof(
    fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((octet) => String.fromCharCode(octet)), maxLength: 40 }),
    fc.constantFrom(
      "127.0.0.1 localhost",
      "::1\tip6-localhost",
      "# comment",
      "1.2.3.4 n1.test n2.test # x",
      "\xef\xbb\xbf",
    ),
    fc.constantFrom("10.0.0.1 n3.test", "# BEGIN hostsfile-server", "# END hostsfile-server ", "N4.test", "\t "),
  );
  const userText = fc.array(fc.tuple(fragment, newline)).map((parts) => parts.flat().join(""));
  const damagedText = fc
    .array(
      fc.tuple(
        fc.oneof(fragment, fc.constantFrom("# END hostsfile-server", begin(show("", [a]).after).trim())),
        newline,
      ),
    )
    .map((parts) => parts.flat().join(""));
  const lines = fc
    .uniqueArray(fc.integer({ min: 1, max: 30 }))
    .map((numbers) => numbers.map((number) => `10.0.0.${number % 3} n${number}.test`).toSorted());

  test("a sequence of changes, with restarts in between, leaves the user's bytes alone and takes everything back", () => {
    fc.assert(
      fc.property(userText, fc.array(fc.tuple(lines, fc.boolean())), (user, changes) => {
        fc.pre(!/^# END hostsfile-server\r?$/m.test(user));
        let text = user;
        let written: string | undefined;
        for (const [wanted, restart] of changes) {
          const rendering = show(text, wanted, restart ? undefined : written);
          text = rendering.after;
          written = rendering.body;
          const unended = user !== "" && !user.endsWith("\n") && written !== "";
          expect(split(text).outside).toBe(unended ? `${user}\n` : user);
          expect(split(text).inside).toEqual(splitBody(written));
          const refused = new Set(rendering.conflicts.map(({ name }) => name));
          expect(splitBody(written)).toEqual(wanted.filter((line) => !refused.has(line.split(" ")[1] ?? "")));
          expect(show(text, wanted, written).kind).toBe("unchanged");
        }
        expect(show(text, []).after).toBe(user);
        expect(show(text, [], written).after).toBe(user);
      }),
      { numRuns: 1000 },
    );
  });

  test("however it is damaged, only markers and lines of ours go, and a second rendering changes nothing", () => {
    fc.assert(
      fc.property(damagedText, lines, lines, (text, before, wanted) => {
        const written = before.map((line) => `${line}\n`).join("");
        const rendering = show(text, wanted, written);
        const ours = new Set([...before, ...wanted]);
        const isForeign = (line: string): boolean =>
          line !== "" && !ours.has(line) && !/^# (?:BEGIN|END) hostsfile-server/.test(line);
        const foreign = (whole: string): readonly string[] =>
          whole
            .split("\n")
            .map((line) => line.replace(/\r$/, ""))
            .filter(isForeign);
        expect(foreign(rendering.after)).toEqual(foreign(text));
        expect(show(rendering.after, wanted, rendering.body).kind).toBe("unchanged");
      }),
      { numRuns: 1000 },
    );
  });

  test("bytes that are not text come back as they were", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const text = Buffer.from(bytes).toString("latin1");
        fc.pre(!text.includes("# END"));
        expect(Buffer.from(show(show(text, [a]).after, []).after, "latin1")).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test("names that lines behind the block have are numbered without counting all lines for each", () => {
    const lookups = (size: number): number => {
      const wanted = Array.from({ length: size }, (_, index) => `10.0.0.1 n${index}.test`);
      const text = show("", [a]).after + wanted.map((line) => `${line}\n`).join("");
      const indexOf = vi.spyOn(String.prototype, "indexOf");
      const { conflicts } = show(text, [a, ...wanted]);
      const { length } = indexOf.mock.calls;
      indexOf.mockRestore();
      expect(conflicts.at(-1)).toEqual({ name: `n${size - 1}.test`, line: size + 3, text: wanted.at(-1) });
      return length;
    };
    expect(lookups(2000)).toBeLessThan(20 * lookups(200));
  });

  test("100,000 lines of the user's and 10,000 of ours are rendered without any quadratic step", () => {
    const user = Array.from({ length: 100_000 }, (_, index) => `0.0.0.0 ad${index}.example\n`).join("");
    const many = Array.from({ length: 10_000 }, (_, index) => `10.0.0.1 n${index}.test`);
    const first = show(user, many);
    const edited = show(first.after.replace("10.0.0.1 n5.test\n", "# mine\n"), many, first.body);
    expect(edited.moved).toHaveLength(1);
    expect(show(edited.after, []).after).toBe(`${user}# mine\n`);
  });
});

describe("the store that the lines come from", () => {
  const at = (generation: number) => ({ id: "0123456789abcdef", generation });
  const wanted = [{ name: "a.test", addresses: ["192.0.2.1"] }];
  const write = (text: string, position: ReturnType<typeof at>, entries = wanted): string => {
    const rendering = renderHostsFile({ text, wanted: entries, position });
    return rendering.kind === "changed" ? rendering.text : text;
  };

  test("is named in the begin marker, and its position as long as the lines stay", () => {
    const text = write("", at(3));
    expect(begin(text)).toContain(" state=0123456789abcdef/3\n");
    expect(write(text, at(4))).toBe(text);
    expect(begin(write(text, at(4), [...wanted, { name: "b.test", addresses: ["192.0.2.1"] }]))).toContain("/4\n");
  });

  test("is named anew where the marker names none, another, or a later position", () => {
    const text = write("", at(3));
    for (const other of [text.replace(/ state=\S+/, ""), text.replace("0123", "ffff"), text.replace("/3", "/9")]) {
      expect(write(other, at(3))).toBe(text);
    }
  });

  test("stays named when somebody without a store reads or writes the same lines", () => {
    const text = write("", at(3));
    expect(renderHostsFile({ text, wanted }).kind).toBe("unchanged");
  });

  test("takes no place of the memory of an added line end", () => {
    const text = write("# mine", at(3));
    expect(begin(text)).toMatch(/ state=0123456789abcdef\/3 line-end-added-after=[0-9a-f]{16}\n$/);
    expect(write(text, at(4), [])).toBe("# mine");
  });
});
