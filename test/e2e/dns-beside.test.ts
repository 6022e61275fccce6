/** Servers that nobody told anything of DNS answer it where the port is free, and whoever has it harms none of them. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { eventually } from "../cluster/eventually.ts";
import { type Namespaces, openNamespaces } from "../cluster/namespaces.ts";
import { type Program, run, startProgram } from "../cluster/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");
const folder = temporaryFolder();
let desktop: Namespaces;
const started: AsyncDisposable[] = [];

beforeAll(async () => {
  desktop = await openNamespaces("network");
});
afterEach(async () => {
  for (const each of started.splice(0)) await each[Symbol.asyncDispose]();
});
afterAll(async () => {
  await desktop[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Starts a server as the guide does. */
async function start(port: number, ...more: readonly string[]): Promise<Program> {
  const hosts = join(folder.path, `hosts-${port}`);
  writeFileSync(hosts, "127.0.0.1 localhost\n");
  const places = [`--hosts-file=${hosts}`, `--state-dir=${join(folder.path, `state-${port}`)}`];
  const flags = [`--port=${port}`, "--domains=dtk.io", `--cluster-ip=192.0.2.${port % 100}`];
  const program = await startProgram([...desktop.enter, launcher, ...flags, ...places, ...more]);
  started.push(program);
  return program;
}

async function ask(port: number, path: string, ...more: readonly string[]): Promise<string> {
  return run([...desktop.enter, "curl", "-sSf", ...more, `127.0.0.1:${port}${path}`]);
}

interface Facts {
  readonly attention: readonly { readonly code: string; readonly severity: string; readonly message: string }[];
  readonly notShown: { readonly list: readonly { readonly reason: string }[] };
}

async function statusOf(port: number): Promise<Facts> {
  return JSON.parse(await ask(port, "/status"));
}

const create = [{ dnsName: "*.dtk.io", targets: ["192.0.2.1"], recordType: "A" }];

async function resolve(): Promise<string> {
  const script = `
    const resolver = new (require("node:dns").promises.Resolver)({ timeout: 10000, tries: 1 });
    resolver.setServers(["127.0.0.1:5391"]);
    resolver.resolve4("any.dtk.io").then((found) => console.log(found.join()), (error) => console.log(error.code));`;
  return (await run([...desktop.enter, process.execPath, "-e", script])).trim();
}

/** What was said above the ordinary. */
function complaints(program: Program): readonly string[] {
  return program
    .log()
    .split("\n")
    .filter((line) => /"level":[45]0/.test(line));
}

test("of two servers the first answers, the second is as it always was, and takes over", async () => {
  const first = await start(5001);
  await eventually(async () => ask(5001, "/readyz"));
  const second = await start(5002);
  await eventually(async () => ask(5002, "/readyz"));
  for (const port of [5001, 5002]) await ask(port, "/records", "-d", JSON.stringify({ create }));
  expect(await resolve()).toBe("192.0.2.1");
  // By then it is known who has the port.
  await new Promise((resolved) => setTimeout(resolved, 1500));
  const { attention, notShown } = await statusOf(5002);
  expect(attention).toEqual([]);
  // As without a responder, since another one answers.
  expect(notShown.list.map(({ reason }) => reason)).toEqual(["wildcard"]);
  expect(complaints(first)).toEqual([]);
  expect(complaints(second).filter((line) => !line.includes('"wildcard"'))).toEqual([]);
  await first[Symbol.asyncDispose]();
  await eventually(async () => assert.equal(await resolve(), "192.0.2.2"));
  expect((await statusOf(5002)).notShown.list).toEqual([]);
});

test("a server whose own port is taken ends as ever, and takes no other port before that", async () => {
  await start(5003);
  await eventually(async () => ask(5003, "/readyz"));
  await ask(5003, "/records", "-d", JSON.stringify({ create }));
  const taken = await start(
    5003,
    `--hosts-file=${join(folder.path, "hosts-other")}`,
    `--state-dir=${folder.path}/other`,
  );
  await taken.ended;
  expect(taken.exit()?.code).toBe(3);
  expect(taken.log()).toContain("5003");
  expect(taken.log()).not.toContain("5391");
  expect(await resolve()).toBe("192.0.2.3");
});

test("another program that has the port is named, and nothing else is different", async () => {
  const script = 'require("dgram").createSocket("udp4").bind(5391, "127.0.0.1", () => console.log("open"))';
  const other = await startProgram([...desktop.enter, process.execPath, "-e", script]);
  started.push(other);
  await eventually(() => assert.match(other.log(), /open/));
  await start(5004);
  await eventually(async () => ask(5004, "/readyz"));
  const found = await eventually(async () => {
    const { attention } = await statusOf(5004);
    assert.equal(attention.length, 1);
    return attention[0];
  });
  expect(found).toMatchObject({ code: "dns-port-taken", severity: "info" });
  expect(found?.message).toMatch(/\(process \d+\) has the port/);
});

test("with --dns=off nobody has the port", async () => {
  await start(5005, "--dns=off");
  await eventually(async () => ask(5005, "/readyz"));
  expect(await run([...desktop.enter, "ss", "-Hlntu", "sport = :5391"])).toBe("");
});
