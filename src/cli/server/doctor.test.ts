/** `doctor` as a command: the exit code follows the report, the report is one value or a text for a person, and a wrong name is refused. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { runHere, startHere } from "../../../test/support/here.ts";
import { curl } from "../../../test/support/http.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { type Report, reportSchema } from "../../doctor/report.ts";

/** A server without a cluster, and doctor that traces a name there. */
async function scene() {
  await using opened = new AsyncDisposableStack();
  const folder = opened.use(temporaryFolder()).path;
  writeFileSync(join(folder, "hosts"), "127.0.0.1 localhost\n");
  const place = [`--hosts-file=${join(folder, "hosts")}`, `--state-dir=${join(folder, "state")}`];
  const server = opened.use(await startHere(["--host=127.0.0.1", ...place]));
  const environment = { HOME: folder, KUBECONFIG: join(folder, "nowhere"), XDG_STATE_HOME: folder };
  const owned = opened.move();
  return {
    server,
    doctor: (...words: readonly string[]) =>
      runHere(["doctor", "--host=127.0.0.1", `--port=${server.port}`, ...place, ...words], { environment }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function gradeOf({ checks }: Report, id: string): string | undefined {
  return checks.find((check) => check.id === id)?.grade;
}

describe("a trace", () => {
  test("as JSON is one report, and something wrong in it is exit code 1", async () => {
    await using here = await scene();
    const { exitCode, output } = await here.doctor("foo.dtk.io", "--json");
    const report = reportSchema.parse(JSON.parse(output));
    expect([exitCode, report.ok]).toEqual([1, false]);
    expect(gradeOf(report, "server-answers")).toBe("ok");
    expect(gradeOf(report, "name-managed")).toBe("problem");
    expect(gradeOf(report, "name-in-file")).toBe("skipped");
  });

  test("looks again each time: a domain that is managed now is no problem any more", async () => {
    await using here = await scene();
    await curl(`${here.server.url}/domains`, { body: "dtk.io" });
    const { output } = await here.doctor("foo.dtk.io", "--json");
    expect(gradeOf(reportSchema.parse(JSON.parse(output)), "name-managed")).toBe("ok");
  });

  test("as text has a line for each step, the fault with its code and what to type", async () => {
    await using here = await scene();
    const { exitCode, output } = await here.doctor("foo.dtk.io");
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^ok {7}/m);
    expect(output).toMatch(/^PROBLEM {2}.*\[[a-z-]+\]$/m);
    expect(output).toMatch(/^\d+ problems?, /m);
  });

  test("with --quiet has neither what is fine nor what was skipped, nor the sum", async () => {
    await using here = await scene();
    const { exitCode, output } = await here.doctor("foo.dtk.io", "--quiet");
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^PROBLEM {2}/m);
    expect(output).not.toMatch(/^(?:ok|skipped|\d+ problems?) /m);
  });

  test("without a server names that as the fault", async () => {
    await using here = await scene();
    await here.server.stop();
    const { exitCode, output } = await here.doctor("foo.dtk.io", "--json");
    const report = reportSchema.parse(JSON.parse(output));
    expect([exitCode, gradeOf(report, "server-answers")]).toEqual([1, "problem"]);
  });
});

test.each([
  [["not a name"], "NAME: "],
  [["foo..io"], "NAME: "],
  [["foo.io", "bar.io"], "too many arguments"],
  [["--port=many"], "--port: "],
])("%j is wrong usage", async (words, sentence) => {
  await using here = await scene();
  const { exitCode, output, talk } = await here.doctor(...words);
  expect([exitCode, output]).toEqual([2, ""]);
  expect(talk).toContain(sentence);
});
