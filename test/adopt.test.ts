/** `adopt` and `export` as a user runs them, on a file as DTK's older server left it. */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { adoptionPlanSchema } from "../src/contract/adoption.ts";
import { type ServerHere, runHere, startHere } from "./support/here.ts";
import { curl, ingressEndpoint, postRecords } from "./support/http.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const users = "127.0.0.1\tlocalhost\n# mine\r\n10.0.0.5 Bar.dtk.io nas # the box\n";
const predecessors = "192.168.122.2 foo.dtk.io\n192.168.122.2 gone.dtk.io\n";
const left = users + predecessors;

interface World extends AsyncDisposable {
  readonly server: ServerHere;
  readonly hosts: () => string;
  readonly edit: (text: string) => void;
  readonly adopt: (...flags: string[]) => ReturnType<typeof runHere>;
}

/** A server that shows foo and bar of dtk.io, on the file. */
async function start(content = left): Promise<World> {
  const folder = temporaryFolder();
  const hostsFile = join(folder.path, "hosts");
  writeFileSync(hostsFile, content);
  const place = [`--hosts-file=${hostsFile}`, `--state-dir=${join(folder.path, "state")}`, "--host=127.0.0.1"];
  const server = await startHere([...place, "--domains=dtk.io", "--cluster-ip=192.168.122.167"]);
  await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io"), ingressEndpoint("bar.dtk.io")] });
  return {
    server,
    hosts: () => readFileSync(hostsFile, "utf8"),
    edit: (text) => appendFileSync(hostsFile, text),
    adopt: (...flags) => runHere(["adopt", "--host=127.0.0.1", `--port=${server.port}`, ...flags]),
    [Symbol.asyncDispose]: async () => {
      await server.stop();
      folder[Symbol.dispose]();
    },
  };
}

const shown = ["192.168.122.167 bar.dtk.io", "192.168.122.167 foo.dtk.io"];
const usersAfter = "127.0.0.1\tlocalhost\n# mine\r\n10.0.0.5 nas # the box\n";

describe("adopt", () => {
  test("--dry-run shows the difference and changes nothing; without a terminal it takes --yes", async () => {
    await using world = await start();
    const dry = await world.adopt("--dry-run");
    expect([dry.exitCode, dry.talk]).toEqual([0, ""]);
    expect(dry.output).toContain(
      "-10.0.0.5 Bar.dtk.io nas # the box\n-192.168.122.2 foo.dtk.io\n+10.0.0.5 nas # the box\n",
    );
    expect(dry.output).toContain(`@@ managed block @@\n+${shown.join("\n+")}\n`);
    expect(dry.output).toMatch(/--stale:\n {2}5: 192\.168\.122\.2 gone\.dtk\.io\n/);
    const { exitCode, talk } = await world.adopt();
    expect([exitCode, talk]).toEqual([2, expect.stringContaining("--yes")]);
    expect(world.hosts()).toBe(left);
  });

  test("--yes gives the names to the block; every other byte stays, and so do stale lines until --stale", async () => {
    await using world = await start();
    const { exitCode, output } = await world.adopt("--yes");
    expect([exitCode, output.split("\n").at(-2)]).toEqual([0, expect.stringMatching(/^Done: 2 lines/)]);
    const copy = /The file as it was: (\S+)/.exec(output)?.[1] ?? "";
    expect(readFileSync(copy, "utf8")).toBe(left);
    expect(world.hosts()).toMatch(
      /^# BEGIN hostsfile-server .*\n192\.168\.122\.167 bar\.dtk\.io\n192\.168\.122\.167 foo/m,
    );
    expect(world.hosts().split("# BEGIN")[0]).toBe(`${usersAfter}192.168.122.2 gone.dtk.io\n`);
    expect(world.server.log.filter(({ code }) => code === "lines-adopted")).toHaveLength(1);
    expect((await world.adopt("--yes")).output).toMatch(/^Nothing to take over/);
    const stale = await world.adopt("--stale", "--yes", "--quiet");
    expect([stale.exitCode, stale.output, stale.talk]).toEqual([0, "", ""]);
    expect(world.hosts().split("# BEGIN")[0]).toBe(usersAfter);
  });

  test("--json prints what was done, and only that", async () => {
    await using world = await start();
    const { output } = await world.adopt("--json", "--yes");
    expect(JSON.parse(output)).toMatchObject({
      edits: [
        { line: 3, kind: "wanted", names: ["bar.dtk.io"], after: "10.0.0.5 nas # the box" },
        { line: 4, kind: "wanted", names: ["foo.dtk.io"], before: "192.168.122.2 foo.dtk.io", after: null },
      ],
      block: shown,
    });
  });

  test("what was edited since it was shown is not touched", async () => {
    await using world = await start();
    const { userPart } = adoptionPlanSchema.parse(JSON.parse((await curl(`${world.server.url}/adopt`)).text));
    world.edit("10.1.1.1 foo.dtk.io # new\n");
    const before = world.hosts();
    const answer = await curl(`${world.server.url}/adopt`, {
      body: JSON.stringify({ userPart, names: ["foo.dtk.io"] }),
    });
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      409,
      expect.objectContaining({ code: "hosts-file-changed", command: expect.stringContaining("adopt") }),
    ]);
    expect(world.hosts()).toBe(before);
  });

  test("takes only names that were agreed to and may be taken, for any caller", async () => {
    await using world = await start();
    const { userPart } = adoptionPlanSchema.parse(JSON.parse((await curl(`${world.server.url}/adopt`)).text));
    const names = ["localhost", "nas", "gone.dtk.io"];
    const answer = await curl(`${world.server.url}/adopt`, { body: JSON.stringify({ userPart, names }) });
    expect(JSON.parse(answer.text)).toMatchObject({ edits: [{ names: ["gone.dtk.io"] }] });
    expect(world.hosts()).toBe(left.replace("192.168.122.2 gone.dtk.io\n", ""));
    for (const body of ["", "{}", "not JSON", '{"userPart":1,"names":[]}']) {
      expect((await curl(`${world.server.url}/adopt`, { method: "POST", body })).status).toBe(400);
    }
  });

  test("before ExternalDNS has called nothing counts as stale, and it is said whom to wait for", async () => {
    using folder = temporaryFolder();
    const hostsFile = join(folder.path, "hosts");
    writeFileSync(hostsFile, left);
    const place = [`--hosts-file=${hostsFile}`, `--state-dir=${join(folder.path, "state")}`, "--host=127.0.0.1"];
    await using server = await startHere([...place, "--domains=dtk.io", "--cluster-ip=192.168.122.167"]);
    const { output } = await runHere(["adopt", "--stale", "--yes", "--host=127.0.0.1", `--port=${server.port}`]);
    expect(output).toMatch(/^Nothing to take over[^\n]*\nExternalDNS of default has not called yet/);
    expect(readFileSync(hostsFile, "utf8")).toBe(left);
  });

  test("of a server that writes nothing it is said", async () => {
    using folder = temporaryFolder();
    const hostsFile = join(folder.path, "hosts");
    writeFileSync(hostsFile, left);
    const flags = ["--dry-run", `--hosts-file=${hostsFile}`, "--host=127.0.0.1", "--domains=dtk.io"];
    await using server = await startHere([...flags, "--cluster-ip=192.168.122.167"]);
    await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] });
    const { output } = await runHere(["adopt", "--yes", "--host=127.0.0.1", `--port=${server.port}`]);
    expect(output).toContain("Done: 1 line of yours changed. But in memory alone");
    expect(readFileSync(hostsFile, "utf8")).toBe(left);
  });

  test("without a server it says so", async () => {
    const { exitCode, talk } = await runHere(["adopt", "--port=1"]);
    expect([exitCode, talk]).toEqual([3, expect.stringContaining("No hostsfile-server answers on port 1")]);
  });
});

describe("export", () => {
  test("prints the names in each format, and nothing else", async () => {
    await using world = await start("127.0.0.1 localhost\n");
    const at = ["export", "--host=127.0.0.1", `--port=${world.server.port}`];
    expect(await runHere(at)).toEqual({ exitCode: 0, output: `${shown.join("\n")}\n`, talk: "" });
    expect((await runHere([...at, "--format=dnsmasq"])).output).toBe(
      "host-record=bar.dtk.io,192.168.122.167\nhost-record=foo.dtk.io,192.168.122.167\n",
    );
    expect(JSON.parse((await runHere([...at, "--format=json"])).output)).toMatchObject({
      names: [{ name: "bar.dtk.io", resource: "ingress/default/test" }, { name: "foo.dtk.io" }],
    });
    expect((await runHere([...at, "--format=xml"])).exitCode).toBe(2);
  });

  test("has more names than the status lists", async () => {
    await using world = await start("127.0.0.1 localhost\n");
    const create = Array.from({ length: 300 }, (_, index) => ingressEndpoint(`n${index}.dtk.io`));
    await postRecords(world.server.url, { create });
    const { output } = await runHere(["export", "--host=127.0.0.1", `--port=${world.server.port}`]);
    expect(output.split("\n")).toHaveLength(303);
  });

  test("without a server it says so, on standard error", async () => {
    const { exitCode, output, talk } = await runHere(["export", "--port=1"]);
    expect([exitCode, output, talk]).toEqual([3, "", expect.stringContaining("No hostsfile-server answers on port 1")]);
  });
});
