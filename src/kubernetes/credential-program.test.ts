/** The login program of a kubeconfig does what it should, or anything else: each has its sentence, and nothing hangs. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { type Credentials, type ProgramRun, runCredentialProgram } from "./credential-program.ts";

const apiVersion = "client.authentication.k8s.io/v1";

function script(text: string, more: object = {}): object {
  return { apiVersion, command: "sh", args: ["-c", text], ...more };
}

async function run(program: object, given: Partial<ProgramRun> = {}): Promise<Credentials> {
  return runCredentialProgram({
    program,
    cluster: { server: "https://127.0.0.1:1" },
    before: [],
    hasTerminal: false,
    ...given,
  });
}

const credential = (status: object): string =>
  `echo '${JSON.stringify({ kind: "ExecCredential", apiVersion, status })}'`;

describe("a program that logs in", () => {
  test("gives a token and says when it ends", async () => {
    const status = { token: "t", expirationTimestamp: "2030-01-01T00:00:00Z" };
    expect(await run(script(credential(status)))).toMatchObject({ token: "t", expiresAt: Date.UTC(2030, 0) });
  });

  test("gives a certificate", async () => {
    const status = { clientCertificateData: "c", clientKeyData: "k" };
    expect(await run(script(credential(status)))).toMatchObject({ certificate: "c", key: "k", expiresAt: undefined });
  });

  test("is told the cluster where it asks for that, and has its own environment", async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, "told");
    const text = `echo "$MORE $KUBERNETES_EXEC_INFO" >${path}; ${credential({ token: "t" })}`;
    await run(script(text, { env: [{ name: "MORE", value: "more" }], provideClusterInfo: true }));
    expect(readFileSync(path, "utf8")).toMatch(
      /^more .*"interactive":false,"cluster":\{"server":"https:\/\/127.0.0.1:1"/,
    );
    await run(script(text));
    expect(readFileSync(path, "utf8")).not.toContain("https://127.0.0.1:1");
  });

  test("may leave something running that keeps its output open", async () => {
    expect(await run(script(`sleep 5 & ${credential({ token: "t" })}`))).toMatchObject({ token: "t" });
  });
});

const neither = "printed neither a token nor a certificate with its key";

test.each<[string, object, string]>([
  [
    "that fails",
    script("echo first >&2; echo Your session is over. >&2; exit 3"),
    "ended with 3: Your session is over: sh -c",
  ],
  ["that fails without a word", script("exit 1"), "ended with 1: sh -c"],
  ["that is killed", script("kill -9 $$"), "ended with SIGKILL: "],
  ["that is not there", { apiVersion, command: "/nowhere/login" }, "cannot be run: spawn /nowhere/login ENOENT"],
  ["that prints rubbish", script("echo '<html>'"), "printed something else than an ExecCredential"],
  ["that prints nothing", script("true"), "printed something else than an ExecCredential"],
  ["that prints half a credential", script(credential({ clientCertificateData: "c" })), neither],
  ["that prints no credential", script(credential({})), neither],
  ["that needs a terminal", script("exit 0", { interactiveMode: "Always" }), "needs a terminal, and there is none"],
  ["that asks on its input", script("read answer || exit 9"), "ended with 9: "],
  ["without a command", { apiVersion }, "without a command or an apiVersion"],
])("a program %s has a sentence of its own", async (_what, program, sentence) => {
  await expect(run(program)).rejects.toMatchObject({
    code: "login-program-failed",
    message: expect.stringContaining(sentence),
  });
});

test("its own advice is passed on", async () => {
  const program = { apiVersion, command: "/nowhere/login", installHint: "Install it from example.com." };
  await expect(run(program)).rejects.toMatchObject({ hint: "Install it from example.com.", command: undefined });
});

test.each(["limit", "signal"])("one that hangs is ended with what it started, by a %s", async (kind) => {
  using folder = temporaryFolder();
  const path = join(folder.path, "alive");
  const stop = new AbortController();
  const hanging = script(`(while :; do touch ${path}; sleep 0.1; done) & wait`);
  const running = run(hanging, kind === "limit" ? { patience: 1_500 } : { signal: stop.signal });
  const failure = running.then(String, String);
  await expect.poll(() => existsSync(path)).toBe(true);
  if (kind === "signal") stop.abort();
  expect(await failure).toContain(kind === "limit" ? "did not end within 2 seconds" : "was ended");
  await sleep(300);
  const before = lastTouch(path);
  await sleep(500);
  expect(lastTouch(path)).toBe(before);
});

function lastTouch(path: string): number {
  return statSync(path).mtimeMs;
}
