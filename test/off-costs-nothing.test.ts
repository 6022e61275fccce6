/**
 * What is off is not loaded: the bundle of the server reaches the code for etcd only by an import that waits for a team,
 * and a command has Node load only those of its own modules that it uses.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "./support/temporary-folder.ts";

const dist = join(import.meta.dirname, "..", "dist");

/** The files that are loaded with a file. */
function loadedWith(file: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  const text = readFileSync(join(dist, file), "utf8");
  for (const [, name = ""] of text.matchAll(/^(?:(?:import|export)[^;]*?from |import )"\.\/([^"]+)"/gm)) {
    loadedWith(name, found);
  }
  return found;
}

test.each(["serve.js", "status.js", "watch.js"])("%s loads nothing of gRPC", (file) => {
  const holders = readdirSync(dist).filter(
    (name) => name.endsWith(".js") && readFileSync(join(dist, name), "utf8").includes("node_modules/@grpc/grpc-js"),
  );
  expect(holders).not.toEqual([]);
  const loaded = loadedWith(file);
  expect(loaded.size).toBeGreaterThan(1);
  expect(holders.filter((name) => loaded.has(name))).toEqual([]);
});

test.each([["--help"], ["status", "--port=1"]])("%s has Node load none of its modules without use", (...command) => {
  using folder = temporaryFolder();
  const [recorder, record] = [join(folder.path, "recorder.cjs"), join(folder.path, "record.json")];
  const write = `require("node:fs").writeFileSync(${JSON.stringify(record)}, JSON.stringify(process.moduleLoadList))`;
  writeFileSync(recorder, `process.on("exit", () => ${write});`);
  const bundle = join(dist, "hostsfile-server.js");
  spawnSync(process.execPath, ["--require", recorder, bundle, ...command], { stdio: "ignore" });
  const loaded = JSON.parse(readFileSync(record, "utf8")) as readonly string[];
  expect(loaded).toContain("NativeModule fs");
  expect(loaded.filter((name) => /fs\/streams|webcrypto|undici/.test(name))).toEqual([]);
});
