/** `leave` and `team undo|follow`: what they ask the server, what they ask the user, and what they say of it. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { type AnsweringServer, type SaidAnswer, answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";
import { statusOf, teamOf } from "../../../test/support/status.ts";
import { typing } from "../../../test/support/typing.ts";
import type { Status } from "../../contract/status.ts";

afterEach(() => void vi.restoreAllMocks());

type Teams = NonNullable<Status["teams"]>;

/** A server that follows these teams, and answers to everything but its status with this. */
function following(teams: Teams | undefined, answer: SaidAnswer = {}): Promise<AnsweringServer> {
  const body = JSON.stringify(statusOf({ ...(teams && { teams }) }));
  return answeringServer((request) => (request === "GET /status" ? { body } : answer));
}

function run(server: AnsweringServer, line: string) {
  return runHere([...line.split(" "), "--host=127.0.0.1", `--port=${server.port}`]);
}

describe("leave", () => {
  test("is one request about that team alone, after which nothing of it is kept", async () => {
    await using server = await following([teamOf(), teamOf({ name: "ops" })]);
    expect(await run(server, "leave ops --yes")).toEqual({
      exitCode: 0,
      output: "Left. Nothing of the team ops is kept.\n",
      talk: "",
    });
    expect(server.requests).toEqual(["GET /status", "DELETE /teams/ops"]);
  });

  test.each([
    [0, "This takes 0 names of the team dev away."],
    [1, "This takes 1 name of the team dev away."],
    [1234, "This takes 1,234 names of the team dev away."],
  ])("asks with the number of names that are shown (%i), and a no keeps them", async (shown, question) => {
    await using server = await following([teamOf({ names: 5000, shown })]);
    typing("n");
    const { exitCode, output, talk } = await run(server, "leave dev");
    expect([exitCode, output]).toEqual([1, ""]);
    expect(talk).toContain(`${question} Go on? [y/N]`);
    expect(server.requests).toEqual(["GET /status"]);
  });

  test("does it after a yes", async () => {
    await using server = await following([teamOf()]);
    typing("y");
    expect((await run(server, "leave dev")).exitCode).toBe(0);
    expect(server.requests).toContain("DELETE /teams/dev");
  });

  test("needs --yes where nobody can be asked", async () => {
    await using server = await following([teamOf()]);
    const { exitCode, talk } = await run(server, "leave dev");
    expect([exitCode, talk]).toEqual([2, expect.stringContaining("add --yes")]);
    expect(server.requests).toEqual(["GET /status"]);
  });

  test.each<[string, Teams | undefined, string]>([
    ["others are joined", [teamOf({ name: "ops" }), teamOf({ name: "web" })], "joined are ops, web"],
    ["none is", [], "none is"],
    ["the server is older than teams", undefined, "none is"],
  ])("of a team that is not joined changes nothing: %s", async (_, teams, known) => {
    await using server = await following(teams);
    const { exitCode, output, talk } = await run(server, "leave dev --yes");
    expect([exitCode, output]).toEqual([1, ""]);
    expect(talk).toContain(`hostsfile-server: The team dev is not joined; ${known}.\n`);
    expect(server.requests).toEqual(["GET /status"]);
  });

  test("that the server refuses is said in its own words, and not as done", async () => {
    const told = { error: "The disk is full.", hint: "Make room.", code: "state-unavailable" };
    await using server = await following([teamOf()], { status: 503, body: JSON.stringify(told) });
    expect(await run(server, "leave dev --yes")).toEqual({
      exitCode: 3,
      output: "",
      talk: "hostsfile-server: The disk is full.\n  Make room.\n",
    });
  });
});

describe("team undo", () => {
  test.each([
    [1, "1 name"],
    [1234, "1,234 names"],
  ])("shows the list before with its %i names, and says how to go on", async (names, words) => {
    await using server = await following([], { body: JSON.stringify({ name: "dev", names, isLive: false }) });
    expect(await run(server, "team undo dev")).toEqual({
      exitCode: 0,
      output: `The list before is shown again: ${words}. The team is not followed until: hostsfile-server team follow dev\n`,
      talk: "",
    });
    expect(server.requests).toEqual(["POST /teams/dev/undo"]);
  });

  test("where there is no list before, the server's sentence is passed on", async () => {
    const told = { error: "There is no earlier list of dev.", hint: "See status.", code: "team-no-previous" };
    await using server = await following([], { status: 409, body: JSON.stringify(told) });
    const { exitCode, output, talk } = await run(server, "team undo dev");
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain("There is no earlier list of dev.");
  });
});

describe("team follow", () => {
  test.each([
    [true, "The team dev has 3 names and is followed live.\n"],
    [false, "The team dev has 3 names and is not there yet; hostsfile-server status says why.\n"],
  ])("says how the team is (live: %s)", async (isLive, output) => {
    await using server = await following([], { body: JSON.stringify({ name: "dev", names: 3, isLive }) });
    expect(await run(server, "team follow dev")).toEqual({ exitCode: 0, output, talk: "" });
    expect(server.requests).toEqual(["POST /teams/dev/follow"]);
  });
});

describe.each(["leave dev --yes", "team undo dev", "team follow dev"])("%s", (line) => {
  test("without a server says how to start one, exit 3", async () => {
    const { exitCode, output, talk } = await runHere([...line.split(" "), "--host=127.0.0.1", "--port=1"]);
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain("sudo hostsfile-server --port=1");
  });

  test("of another program with 200 takes nothing for an answer", async () => {
    await using server = await answeringServer(() => ({ body: "<html>" }));
    const { exitCode, output, talk } = await run(server, line);
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain("Is it hostsfile-server?");
  });
});

test.each(["leave", "leave Dev", "leave dev ops", "team undo", "team follow /etc", "team forget dev"])(
  "%s is wrong usage",
  async (line) => {
    await using server = await following([teamOf()]);
    const { exitCode, output } = await run(server, line);
    expect([exitCode, output]).toEqual([2, ""]);
    expect(server.requests).toEqual([]);
  },
);
