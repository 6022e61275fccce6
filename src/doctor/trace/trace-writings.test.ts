/** Who wrote a name of a team is said in the words of the store that says it, and not to know it stops no trace. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { TroubleError } from "../../base/trouble.ts";
import type { TeamWritings } from "../../contract/writing.ts";
import { ok } from "../check.ts";
import { reportSchema, toReport } from "../report.ts";
import { describeWritings, judgeTeamWritings, writingsOf, written } from "./trace-writings.ts";

const name = "foo.dtk.io";
const known = ok("The team dev has foo.dtk.io, at revision 50 of its store.");
const one = { cluster: "a", revision: "42", by: "host1", at: "2026-01-01T00:00:00.000Z" };
const served: TeamWritings = { team: "dev", via: "https://t1.example.com:5443", writings: [one], keys: [] };
const key = { key: "/skydns/io/dtk/foo/1a2b3c4d", revision: "42" };
const stored: TeamWritings = { team: "dev", via: "e1.example.com:2379", writings: null, keys: [key] };

test("a team server's answer has the writer and the time, and is in the report as a value", () => {
  expect(judgeTeamWritings(name, served)).toEqual({
    grade: "ok",
    message:
      "The team server https://t1.example.com:5443 has foo.dtk.io of a, written by host1 at 2026-01-01T00:00:00.000Z (revision 42).",
    writings: served,
  });
  expect(describeWritings([one, { ...one, cluster: "b", by: null, at: null }])).toBe(
    "a, written by host1 at 2026-01-01T00:00:00.000Z (revision 42); b at revision 42, of which etcd keeps no history",
  );
});

test.each([[served], [stored]])("the report has what was found as a value", (found) => {
  const outcome = { id: "x", title: "X", grade: "ok", findings: [known, judgeTeamWritings(name, found)] } as const;
  const report = toReport([outcome], "step");
  expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(report.checks[0]?.findings.map(({ writings }) => writings)).toEqual([undefined, found]);
});

test("a store in SkyDNS layout alone has a key and a revision, and no writer is made up", () => {
  expect(judgeTeamWritings(name, stored)).toEqual({
    grade: "ok",
    message:
      "The store at e1.example.com:2379 has it in /skydns/io/dtk/foo/1a2b3c4d, changed last at revision 42. It does not record who wrote that, or when.",
    writings: stored,
  });
});

test.each([
  [{ ...served, writings: [] }, "The team server https://t1.example.com:5443 does not have foo.dtk.io any more."],
  [{ ...stored, keys: [] }, "The store at e1.example.com:2379 does not have foo.dtk.io any more."],
])("a name that has just gone is a note", (found, message) => {
  expect(judgeTeamWritings(name, found)).toMatchObject({ grade: "note", message });
});

test("the desktop's server is asked, and what it says comes after what is known", async () => {
  const ask = async (path: string) => {
    expect(path).toBe("/teams/dev/names/foo.dtk.io");
    return JSON.stringify(served);
  };
  expect(await written(bareDesktop({ ask }), { name, team: "dev", known })).toEqual([
    known,
    judgeTeamWritings(name, served),
  ]);
});

test("where nobody can be asked, that is a note behind what is known", async () => {
  const trouble = {
    code: "team-unreachable",
    message: "The team server https://t1 does not answer: gone.",
    hint: "Look.",
  };
  const ask = async () => Promise.reject(new TroubleError(trouble));
  expect(await written(bareDesktop({ ask }), { name, team: "dev", known })).toEqual([
    {
      ...trouble,
      grade: "note",
      message:
        "The team dev has foo.dtk.io, at revision 50 of its store. Who wrote it is not known: The team server https://t1 does not answer: gone.",
    },
  ]);
});

test("what is no answer adds nothing", async () => {
  for (const answer of [undefined, "", "[]", '{"writings":7}']) {
    const desktop = bareDesktop({ ask: async () => answer });
    expect(await written(desktop, { name, team: "dev", known })).toEqual([known]);
    expect(await writingsOf(desktop, name)).toEqual([]);
  }
});
