/** Whatever answers in place of the server, or for it, each command says so in one sentence and exits with 3. */
import { describe, expect, test } from "vitest";
import { type SaidAnswer, answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";

/** Commands that only ask, with what each asks for first. */
const commands = [
  ["status", "GET /status"],
  ["export", "GET /names"],
  ["export --format=zone", "GET /zones"],
  ["open --print", "POST /open"],
  ["adopt --dry-run", "GET /adopt"],
] as const;

const told = {
  error: "The records cannot be read.",
  hint: "Run:",
  command: "hostsfile-server recover",
  code: "state-damaged",
};

const cases: readonly {
  readonly title: string;
  readonly answer: SaidAnswer;
  readonly code: string;
  readonly message: RegExp;
}[] = [
  {
    title: "503 and a trouble of its own",
    answer: { status: 503, body: JSON.stringify(told) },
    code: "state-damaged",
    message: /^The records cannot be read\.$/,
  },
  {
    title: "503 with a page of a proxy",
    answer: { status: 503, body: "<html>\n<h1>Bad gateway</h1>" },
    code: "server-refused",
    message: /answered 503: <html>$/,
  },
  {
    title: "401",
    answer: { status: 401, headers: { "www-authenticate": 'Bearer realm="hostsfile-server"' } },
    code: "token-needed",
    message: /requires a token\.$/,
  },
  {
    title: "403 with a reason",
    answer: { status: 403, body: '{"error":"Only this machine may ask."}' },
    code: "server-refused",
    message: /answered 403: Only this machine may ask\.$/,
  },
  { title: "a closed connection", answer: "gone", code: "server-unreachable", message: /does not answer: .+\.$/ },
];

const named = cases.map((each) => [each.title, each] as const);

describe.each(commands)("%s", (command, first) => {
  const words = command.split(" ");

  test.each(named)("%s", async (_, { answer, message }) => {
    await using server = await answeringServer(() => answer);
    const place = ["--host=127.0.0.1", `--port=${server.port}`];
    const { exitCode, output, talk } = await runHere([...words, ...place]);
    expect([exitCode, output]).toEqual([3, ""]);
    const [sentence = "", advice = ""] = talk.split("\n");
    expect(sentence).toMatch(/^hostsfile-server: /);
    expect(sentence.replace("hostsfile-server: ", "")).toMatch(message);
    expect(advice).toMatch(/^ {2}\S/);
    expect(talk).not.toMatch(/^\s+at /m);
    expect(server.requests[0]).toBe(first);
  });

  test("the name and the port of the server are in the sentence, so that a wrong --port is seen", async () => {
    await using server = await answeringServer(() => ({ status: 500, body: "boom" }));
    const { talk } = await runHere([...words, "--host=127.0.0.1", `--port=${server.port}`]);
    expect(talk).toContain(`http://127.0.0.1:${server.port}`);
    expect(talk).toContain("--port");
  });

  test("nobody there: how to start one", async () => {
    const { exitCode, output, talk } = await runHere([...words, "--host=127.0.0.1", "--port=1"]);
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain("No hostsfile-server answers on port 1 of 127.0.0.1.");
    expect(talk).toContain("sudo hostsfile-server --port=1");
  });

  test("what a stranger sends does not control the terminal", async () => {
    const rubbish = "\u001B]0;owned\u0007\u001B[2J\u202Ebad";
    await using server = await answeringServer(() => ({ status: 500, body: rubbish }));
    const { talk, output } = await runHere([...words, "--host=127.0.0.1", `--port=${server.port}`]);
    expect(output).toBe("");
    expect(talk.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Bidi_C}]/u);
    expect(talk).toContain("bad");
  });
});

/** What has a shape is checked; a zone file is the text that was sent. */
const shaped = commands.filter(([command]) => !command.includes("zone"));

describe.each(shaped)("%s of something else with 200", (command) => {
  test.each(["", "<html>welcome</html>", "{", "[]", "null", '{"schemaVersion":1}', '"foo.dtk.io"'])(
    "%j is not taken for an answer",
    async (body) => {
      await using server = await answeringServer(() => ({ body }));
      const words = command.split(" ");
      const { exitCode, output, talk } = await runHere([...words, "--host=127.0.0.1", `--port=${server.port}`]);
      expect([exitCode, output]).toEqual([3, ""]);
      expect(talk).toContain("Is it hostsfile-server?");
    },
  );
});

describe.each(["status --json", "adopt --dry-run --json"])("%s", (command) => {
  test.each(named)("%s is one JSON object, and nothing else", async (_, { answer, code, message }) => {
    await using server = await answeringServer(() => answer);
    const words = command.split(" ");
    const { exitCode, output, talk } = await runHere([...words, "--host=127.0.0.1", `--port=${server.port}`]);
    expect([exitCode, talk]).toEqual([3, ""]);
    expect(JSON.parse(output)).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(output.trim().split("\n")).toHaveLength(1);
  });
});
