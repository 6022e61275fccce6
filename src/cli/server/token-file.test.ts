/** The token follows its file, and there is never a moment in which a server that was given one goes without. */
import { chmodSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { TokenFile } from "./token-file.ts";

const [first, second] = ["first-token-0123456789", "second-token-0123456789"];

function open() {
  const folder = temporaryFolder();
  const said: string[] = [];
  const write = (fields: object, message: string): void => void said.push(`${JSON.stringify(fields)} ${message}`);
  const tokens = new TokenFile({ debug: write, info: write, warn: write, error: write });
  return {
    path: join(folder.path, "token"),
    said,
    tokens,
    [Symbol.dispose]: () => {
      tokens[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

async function becomes(tokens: TokenFile, expected: object): Promise<void> {
  await expect.poll(() => tokens.token, { interval: 100 }).toMatchObject(expected);
}

const unusable = { kind: "unusable", trouble: { code: "no-usable-token" } };

describe("a token file", () => {
  test("that comes, changes, is emptied, opened to all and removed is followed, and each is said once", async () => {
    using scene = open();
    const { path, tokens, said } = scene;
    tokens.follow(path);
    expect(tokens.token).toMatchObject(unusable);
    writeFileSync(path, first, { mode: 0o600 });
    await becomes(tokens, { kind: "known", token: first });
    writeFileSync(`${path}.new`, second, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    await becomes(tokens, { kind: "known", token: second });
    writeFileSync(path, "");
    await becomes(tokens, unusable);
    writeFileSync(path, first);
    await becomes(tokens, { kind: "known", token: first, notice: undefined });
    chmodSync(path, 0o666);
    await becomes(tokens, unusable);
    chmodSync(path, 0o644);
    await becomes(tokens, { kind: "known", notice: { code: "token-exposed" } });
    rmSync(path);
    await becomes(tokens, unusable);
    const causes = said.flatMap((line) => /"cause":"([^"]+)"/.exec(line)?.[1] ?? []);
    expect(causes).toEqual(["token-missing", "token-unusable", "token-writable", "token-missing"]);
    expect(said.filter((line) => line.includes("token-taken-over"))).toHaveLength(4);
    expect(said.join()).not.toMatch(/first-token|second-token/);
  });

  test("that was never named means no token, and so does one that is not named any more", () => {
    using scene = open();
    expect(scene.tokens.token).toEqual({ kind: "none" });
    scene.tokens.follow(scene.path);
    expect(scene.tokens.token).toMatchObject(unusable);
    scene.tokens.follow(undefined);
    expect(scene.tokens.token).toEqual({ kind: "none" });
  });

  test("that is named anew is read at once", () => {
    using scene = open();
    writeFileSync(scene.path, first, { mode: 0o600 });
    scene.tokens.follow(scene.path);
    writeFileSync(scene.path, second);
    scene.tokens.follow(scene.path);
    expect(scene.tokens.token).toMatchObject({ kind: "known", token: second });
  });

  test("only one that is there and cannot be used ends a start by hand", () => {
    using scene = open();
    scene.tokens.follow(scene.path);
    expect(() => scene.tokens.requireNoFlaw()).not.toThrow();
    writeFileSync(scene.path, "short");
    scene.tokens.follow(scene.path);
    expect(() => scene.tokens.requireNoFlaw()).toThrow("could be guessed");
  });

  test("that is handed over as a pipe is read once, and a reload does not wait for more", async () => {
    using scene = open();
    execFileSync("mkfifo", [scene.path]);
    const writer = spawn("sh", ["-c", `printf '%s' ${first} > '${scene.path}'`], { stdio: "ignore" });
    const ended = once(writer, "exit");
    scene.tokens.follow(scene.path);
    scene.tokens.follow(scene.path);
    expect(scene.tokens.token).toMatchObject({ kind: "known", token: first });
    expect(await ended).toEqual([0, null]);
  });
});
