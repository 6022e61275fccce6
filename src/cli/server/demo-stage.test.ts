/** A story is played on a scratch file, and the file is the user's own again in the end, or the exit code says so. */
import { existsSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Stage, type Step, type Story, findLine, changedLines, playStory } from "./demo-stage.ts";

afterEach(() => void vi.restoreAllMocks());

/** Plays these steps, and returns what was printed, the exit code or the error, and the folder. */
async function play(steps: readonly Step<Stage>[], json = false) {
  let [printed, hostsFile] = ["", ""];
  vi.spyOn(process, "stdout", "get").mockReturnValue({ write: (text: string) => (printed += text) } as never);
  const story: Story<Stage> = {
    introduce: (stage) => `On ${stage.hostsFile}.\n`,
    open: async (stage) => {
      hostsFile = stage.hostsFile;
      return { ...stage, [Symbol.asyncDispose]: async () => Promise.resolve() };
    },
    steps,
    render: (played) => `${played.step}. ${played.text} ${played.answer ?? ""}\n${changedLines(played).join("\n")}\n`,
  };
  const ended = await playStory(story, { json }).catch((error: unknown) => error);
  return { printed, ended, hostsFile };
}

const append = (text: string) => async (stage: Stage) => {
  await appendFile(stage.hostsFile, text);
  return "appended";
};

test("a file that is not as it was in the end is exit code 1", async () => {
  expect((await play([{ text: "Nothing." }])).ended).toBe(0);
  expect((await play([{ text: "Something.", act: append("\n192.0.2.1 left.test\n") }])).ended).toBe(1);
});

test.each([0, 1])("the folder is gone afterwards, also after a step that fails (%s)", async (failing) => {
  const fail = async (): Promise<string> => Promise.reject(new Error("the server said no"));
  const { ended, hostsFile } = await play([failing === 1 ? { text: "Fails.", act: fail } : { text: "Works." }]);
  expect(ended).toEqual(failing === 1 ? new Error("the server said no") : 0);
  expect(hostsFile).not.toBe("");
  expect(existsSync(dirname(hostsFile))).toBe(false);
});

test("each step is printed with its number, its answer and the lines that changed", async () => {
  const { printed, hostsFile } = await play([
    { text: "You wait." },
    { text: "A line comes.", act: append("\n192.0.2.1 foo.dtk.io") },
  ]);
  expect(printed).toContain(`On ${hostsFile}.\n1. You wait. \n`);
  expect(printed).toContain("2. A line comes. appended\n");
  expect(printed).toMatch(/^\+192\.0\.2\.1 foo\.dtk\.io$/m);
  expect(printed).not.toMatch(/^(?:Index|===|---|\+\+\+|.*desktop)/m);
});

test("as JSON there is one object a line, and no introduction", async () => {
  const { printed } = await play([{ text: "You wait." }, { text: "It comes.", act: append("\n#") }], true);
  const steps = printed
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
  expect(steps).toEqual([
    { step: 1, text: "You wait.", diff: "" },
    { step: 2, text: "It comes.", answer: "appended", diff: expect.stringContaining("+#") },
  ]);
});

describe("a line", () => {
  test("is found by the whole name, and said to be missing in words", async () => {
    const seen: string[] = [];
    const look = (name: string) => async (stage: Stage) => {
      seen.push(await findLine(stage, name));
      return await readFile(stage.hostsFile, "utf8");
    };
    await play([
      { text: "Add.", act: append("\n192.0.2.1 foo.dtk.io\n192.0.2.2 barfoo.dtk.io") },
      { text: "Look.", act: look("foo.dtk.io") },
      { text: "Look.", act: look("o.dtk.io") },
    ]);
    expect(seen).toEqual(["192.0.2.1 foo.dtk.io", "o.dtk.io was not found"]);
  });
});
