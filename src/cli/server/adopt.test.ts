/** What `adopt` asks the server for, what it asks the user, and what it prints, whatever the server has to say. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { type AnsweringServer, type SaidAnswer, answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";
import { typing } from "../../../test/support/typing.ts";
import type { AdoptionEdit, AdoptionPlanAnswer } from "../../contract/adoption.ts";

afterEach(() => void vi.restoreAllMocks());

const wanted: AdoptionEdit = {
  line: 3,
  kind: "wanted",
  names: ["foo.dtk.io"],
  before: "192.0.2.1 foo.dtk.io nas",
  after: "192.0.2.1 nas",
};
const stale: AdoptionEdit = {
  line: 9,
  kind: "stale",
  names: ["old.dtk.io"],
  before: "192.0.2.1 old.dtk.io",
  after: null,
};

const whole: AdoptionPlanAnswer = {
  hostsFile: "/etc/hosts",
  dryRun: false,
  userPart: "the-user-part",
  edits: [wanted, stale],
  block: ["192.168.122.167 foo.dtk.io"],
  silent: [],
};

/** A server with this plan, which answers that all of it was done. */
function planning(plan: AdoptionPlanAnswer, done?: SaidAnswer): Promise<AnsweringServer> {
  const result = { edits: [wanted], copy: "/var/lib/hostsfile-server/hosts-file/hosts.1" };
  const saved = done ?? { body: JSON.stringify(result) };
  return answeringServer((request) => (request === "GET /adopt" ? { body: JSON.stringify(plan) } : saved));
}

function adopt(server: AnsweringServer, ...flags: readonly string[]) {
  return runHere(["adopt", "--host=127.0.0.1", `--port=${server.port}`, ...flags]);
}

describe("what is sent", () => {
  test("are the names of wanted lines alone, and which file was meant", async () => {
    await using server = await planning(whole);
    expect((await adopt(server, "--yes")).exitCode).toBe(0);
    expect(server.requests).toEqual([
      "GET /adopt",
      `POST /adopt ${JSON.stringify({ userPart: "the-user-part", names: ["foo.dtk.io"] })}`,
    ]);
  });

  test("with --stale the other names are sent too", async () => {
    await using server = await planning(whole);
    await adopt(server, "--yes", "--stale");
    expect(server.requests[1]).toContain('"names":["foo.dtk.io","old.dtk.io"]');
  });

  test.each([
    ["--dry-run", whole],
    ["--yes", { ...whole, edits: [] }],
    ["--yes", { ...whole, edits: [stale] }],
  ])("with %s nothing is, where nothing is to be done", async (flag, plan) => {
    await using server = await planning(plan);
    expect((await adopt(server, flag)).exitCode).toBe(0);
    expect(server.requests).toEqual(["GET /adopt"]);
  });
});

describe("what is asked", () => {
  test("how many lines, in which file, and that a copy is kept; a no changes nothing and exits 1", async () => {
    await using server = await planning({ ...whole, edits: [wanted, { ...wanted, line: 4 }] });
    typing("n");
    const { exitCode, talk } = await adopt(server);
    expect(exitCode).toBe(1);
    expect(talk).toContain("This changes 2 lines of your own in /etc/hosts; a copy is kept. Go on? [y/N]");
    expect(server.requests).toEqual(["GET /adopt"]);
  });

  test("a yes has it done", async () => {
    await using server = await planning(whole);
    typing("y");
    const { exitCode, output, talk } = await adopt(server);
    expect(exitCode).toBe(0);
    expect(talk).toContain("This changes 1 line of your own");
    expect(output).toContain(
      "Done: 1 line of yours changed. The file as it was: /var/lib/hostsfile-server/hosts-file/hosts.1\n",
    );
    expect(server.requests).toHaveLength(2);
  });

  test("where nobody can be asked it exits 2, and as JSON says so in the same words", async () => {
    await using server = await planning(whole);
    expect(await adopt(server)).toMatchObject({ exitCode: 2, talk: expect.stringContaining("add --yes") });
    const { output, exitCode, talk } = await adopt(server, "--json");
    expect([exitCode, talk]).toEqual([2, ""]);
    expect(JSON.parse(output)).toMatchObject({ code: "not-confirmed", hint: expect.stringContaining("--yes") });
    expect(server.requests).toEqual(["GET /adopt", "GET /adopt"]);
  });
});

describe("what is printed", () => {
  test("the lines that go and come, and the stale ones with the flag that takes them too", async () => {
    await using server = await planning(whole);
    const { output } = await adopt(server, "--dry-run");
    expect(output.split("\n")).toEqual([
      "/etc/hosts",
      "@@ line 3 @@",
      "-192.0.2.1 foo.dtk.io nas",
      "+192.0.2.1 nas",
      "@@ managed block @@",
      "+192.168.122.167 foo.dtk.io",
      "No cluster asks for these names of managed domains; to remove the lines too, add --stale:",
      "  9: 192.0.2.1 old.dtk.io",
      "",
    ]);
  });

  test("with --stale none of them is left to be spoken of", async () => {
    await using server = await planning(whole);
    const { output } = await adopt(server, "--dry-run", "--stale");
    expect(output).toContain("-192.0.2.1 old.dtk.io\n");
    expect(output).not.toContain("--stale");
  });

  test("that there is nothing, and which clusters are not heard of", async () => {
    await using server = await planning({ ...whole, edits: [], block: [], silent: ["default", "kind-a"] });
    expect((await adopt(server)).output).toBe(
      "Nothing to take over: no line of yours has a name that a cluster has.\n" +
        "ExternalDNS of default, kind-a has not called yet; once it has, run this again for its names.\n",
    );
  });

  test("that a server with --dry-run did it in memory alone, and no copy", async () => {
    await using server = await planning({ ...whole, dryRun: true });
    const { output } = await adopt(server, "--yes");
    expect(output).toContain("Done: 1 line of yours changed. But in memory alone");
    expect(output).not.toContain("The file as it was");
  });

  test("nothing with --quiet", async () => {
    await using server = await planning(whole);
    expect(await adopt(server, "--yes", "--quiet")).toEqual({ exitCode: 0, output: "", talk: "" });
  });

  test.each([
    ["--yes", [wanted], "/var/lib/hostsfile-server/hosts-file/hosts.1"],
    ["--dry-run", [wanted], null],
  ])("as JSON with %s: edits, block and copy, and nothing else", async (flag, edits, copy) => {
    await using server = await planning(whole);
    const { output, talk } = await adopt(server, flag, "--json");
    expect(talk).toBe("");
    expect(JSON.parse(output)).toEqual({ edits, block: whole.block, copy });
  });
});

test("a file that was edited meanwhile is the server's to refuse, in its own words", async () => {
  const told = { error: "The hosts file was edited.", hint: "Run it again.", code: "adoption-outdated" };
  await using server = await planning(whole, { status: 409, body: JSON.stringify(told) });
  const { exitCode, talk } = await adopt(server, "--yes");
  expect(exitCode).toBe(3);
  expect(talk).toBe("hostsfile-server: The hosts file was edited.\n  Run it again.\n");
});

test("a line of the user's cannot control the terminal", async () => {
  await using server = await planning({ ...whole, edits: [{ ...wanted, before: "192.0.2.1 \u001B[2J foo" }] });
  expect((await adopt(server, "--dry-run")).output).not.toContain("\u001B");
});
