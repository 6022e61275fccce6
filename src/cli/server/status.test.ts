/** `status` exits with 1 for what a user must do something about, and its JSON is whole and safe to print. */
import { describe, expect, test } from "vitest";
import { answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import { type Status, statusSchema } from "../../contract/status.ts";

async function showing(status: Status, ...flags: readonly string[]) {
  await using server = await answeringServer(() => ({ body: JSON.stringify(status) }));
  return await runHere(["status", "--host=127.0.0.1", `--port=${server.port}`, ...flags]);
}

function needing(...severities: readonly Status["attention"][number]["severity"][]): Status {
  const attention = severities.map((severity, index) => ({
    code: `code-${index}`,
    message: `Sentence ${index}.`,
    hint: "Do this:",
    command: `command-${index}`,
    severity,
  }));
  return statusOf({ attention });
}

describe("the exit code", () => {
  test.each([
    [[], 0],
    [["info"], 0],
    [["warning"], 1],
    [["error"], 1],
    [["info", "error"], 1],
  ] as const)("for %j is %i, as text and as JSON", async (severities, expected) => {
    const status = needing(...(severities as readonly Status["attention"][number]["severity"][]));
    expect((await showing(status)).exitCode).toBe(expected);
    expect((await showing(status, "--json")).exitCode).toBe(expected);
  });
});

test("each thing that needs attention is a sentence with its code and its command on lines of their own", async () => {
  const { output } = await showing(needing("error", "warning"));
  for (const index of [0, 1]) {
    expect(output).toMatch(
      new RegExp(`^ +Sentence ${index}\\. \\[code-${index}\\]\\n +Do this:\\n +command-${index}$`, "m"),
    );
  }
});

test("as JSON it is what the server said, and what newer servers say beside it does no harm", async () => {
  const status = statusOf({ clusters: [clusterOf({ shown: 2 })], server: { version: "9.9.9" } });
  const newer = { ...status, somethingNew: [1] } as Status;
  const { output, talk } = await showing(newer, "--json");
  expect(talk).toBe("");
  expect(statusSchema.parse(JSON.parse(output))).toEqual(statusSchema.parse(status));
});

test("characters that a terminal obeys are escaped in both forms, and are the same again once parsed", async () => {
  const name = "foo\u001B[31m\u202E.dtk.io";
  const list = [{ name, addresses: ["192.0.2.1"], cluster: "default", resource: null, since: null, sinks: [] }];
  const status = statusOf({ clusters: [clusterOf({ shown: 1 })], names: { total: 1, list } });
  const [text, json] = [await showing(status), await showing(status, "--json")];
  for (const { output } of [text, json]) expect(output).not.toMatch(/[\u001B\u202E]/);
  expect(statusSchema.parse(JSON.parse(json.output)).names.list[0]?.name).toBe(name);
});
