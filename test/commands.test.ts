/** The commands as a user runs them: real processes, real files, exit codes and words. */
import { mkdirSync, readFileSync, readdirSync, truncateSync, writeFileSync, chmodSync, chownSync } from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { statusSchema } from "../src/contract/status.ts";
import { runHere, startHere } from "./support/here.ts";
import { curl, ingressEndpoint, postRecords } from "./support/http.ts";
import { runProduct, startProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const users = "127.0.0.1 localhost\n# mine\n";
const nobody = 65_534;

interface Desktop extends Disposable {
  readonly hostsFile: string;
  readonly stateFolder: string;
  readonly folder: string;
  readonly flags: readonly string[];
  readonly hosts: () => string;
  /** The lines between the markers. */
  readonly block: () => readonly string[];
}

function desktop(): Desktop {
  const folder = temporaryFolder();
  const [hostsFile, stateFolder] = [join(folder.path, "hosts"), join(folder.path, "state")];
  writeFileSync(hostsFile, users);
  const hosts = (): string => readFileSync(hostsFile, "utf8");
  return {
    folder: folder.path,
    hostsFile,
    stateFolder,
    flags: [`--hosts-file=${hostsFile}`, `--state-dir=${stateFolder}`],
    hosts,
    block: () =>
      hosts()
        .split("\n")
        .filter((line) => /^[0-9a-f.:]+ [a-z0-9.-]+\.io$/.test(line)),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

const seedFlags = ["--cluster-ip=192.168.122.167", "--domains=dtk.io,mydomain.io"];

describe("serve", () => {
  test("the seed's command line keeps the file up to date, and says what a user needs", async () => {
    using here = desktop();
    await using server = await startProduct([...seedFlags, ...here.flags]);
    expect(
      (await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io"), ingressEndpoint("a.mydomain.io")] }))
        .status,
    ).toBe(204);
    expect(here.block()).toEqual(["192.168.122.167 a.mydomain.io", "192.168.122.167 foo.dtk.io"]);
    expect(
      (await postRecords(server.url, { delete: [ingressEndpoint("foo.dtk.io"), ingressEndpoint("a.mydomain.io")] }))
        .status,
    ).toBe(204);
    expect(here.hosts()).toBe(users);
    const said = server.log.map(({ msg }) => msg);
    expect(said).toContain("Managing dtk.io, mydomain.io, pointing to 192.168.122.167.");
    expect(said.find((line) => line.includes("--webhook-provider-url="))).toMatch(
      new RegExp(`--webhook-provider-url=http://\\S+:${server.port}$`),
    );
    expect(server.log).toContainEqual(
      expect.objectContaining({
        host: "foo.dtk.io",
        line: "192.168.122.167 foo.dtk.io",
        resource: "ingress/default/test",
        msg: "added 192.168.122.167 foo.dtk.io (ingress/default/test)",
      }),
    );
  });

  test("flags work with a blank as well, and each has a twin in the environment", async () => {
    using here = desktop();
    const environment = {
      HOSTSFILE_SERVER_DOMAINS: "dtk.io",
      HOSTSFILE_SERVER_TARGETS: "record",
      HOSTSFILE_SERVER_STATE_DIR: here.stateFolder,
    };
    await using server = await startProduct(["--cluster-ip", "2001:db8::7,192.0.2.7", "--hosts-file", here.hostsFile], {
      environment,
    });
    expect(JSON.parse((await curl(`${server.url}/clusterip`)).text)).toBe("192.0.2.7,2001:db8::7");
    expect(JSON.parse((await curl(`${server.url}/domains`)).text)).toEqual(["dtk.io"]);
    expect(JSON.parse((await curl(`${server.url}/targets`)).text)).toBe("record");
  });

  test("a cluster IP of auto is saved, and the server says that it follows", async () => {
    using here = desktop();
    const tokenFile = join(here.folder, "token");
    writeFileSync(tokenFile, "0123456789abcdef0123456789abcdef", { mode: 0o600 });
    const flags = [`--token-file=${tokenFile}`, ...here.flags];
    for (const given of [["--cluster-ip=auto", "--domains=dtk.io", "--forget-after=14d"], []]) {
      await using server = await startProduct([...given, ...flags]);
      const said = server.log.map(({ msg }) => msg);
      expect(said).toContain("Managing dtk.io, pointing to the address that ExternalDNS calls from.");
    }
    await using server = await startProduct(["--cluster-ip=192.0.2.1", ...flags]);
    expect(server.log.map(({ msg }) => msg)).toContain("Managing dtk.io, pointing to 192.0.2.1.");
  });

  test("with --forget-after clusters that were silent for too long go, and of default what the flags say stays", async () => {
    using here = desktop();
    {
      await using server = await startProduct([...seedFlags, ...here.flags]);
      await curl(`${server.url}/clusters/kind-a/domains`, { body: "kind.io" });
      await curl(`${server.url}/clusters/kind-b/domains`, { body: "never-called.io" });
      await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] });
      await postRecords(`${server.url}/clusters/kind-a`, { create: [ingressEndpoint("a.kind.io")] });
      expect(here.block()).toEqual(["192.168.122.167 foo.dtk.io"]);
    }
    {
      using database = new DatabaseSync(join(here.stateFolder, "records.sqlite"));
      database.exec("UPDATE contact SET silent_for = 86400000 - 5000 WHERE heard_at IS NOT NULL");
    }
    await using server = await startProduct([...seedFlags, "--forget-after=1d", ...here.flags]);
    expect(here.block()).toEqual(["192.168.122.167 foo.dtk.io"]);
    const domains = async () => {
      const { clusters } = statusSchema.parse(JSON.parse((await curl(`${server.url}/status`)).text));
      return Object.fromEntries(clusters.map((cluster) => [cluster.name, cluster.domains]));
    };
    const expected = { default: ["dtk.io", "mydomain.io"], "kind-b": ["never-called.io"] };
    await expect.poll(() => domains(), { interval: 500 }).toEqual(expected);
    expect(here.hosts()).toBe(users);
  });

  test("what was set survives a restart, and a flag that is given wins and is saved", async () => {
    using here = desktop();
    {
      await using server = await startProduct(here.flags);
      expect(await curl(`${server.url}/domains`, { body: "dtk.io" })).toMatchObject({ status: 200, text: "" });
      expect(await curl(`${server.url}/clusterip`, { body: "192.0.2.1" })).toMatchObject({ status: 200, text: "" });
      await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] });
      expect(here.block()).toEqual(["192.0.2.1 foo.dtk.io"]);
      expect(await server.stop()).toBe(0);
    }
    expect(here.block()).toEqual(["192.0.2.1 foo.dtk.io"]);
    {
      await using server = await startProduct(["--cluster-ip=192.0.2.2", ...here.flags]);
      expect(here.block()).toEqual(["192.0.2.2 foo.dtk.io"]);
      expect(server.log.map(({ msg }) => msg)).toContain("Managing dtk.io, pointing to 192.0.2.2.");
    }
    await using server = await startProduct(here.flags);
    expect(JSON.parse((await curl(`${server.url}/clusterip`)).text)).toBe("192.0.2.2");
  });

  test.each([
    ["--debug", ["GET /domains -> 200"]],
    ["--log-format=json", []],
  ])("with %s it logs the requests %j", async (flag, expected) => {
    using here = desktop();
    await using server = await startProduct([flag, ...here.flags]);
    await curl(`${server.url}/domains`);
    await server.stop();
    expect(server.log.map(({ msg }) => msg).filter((line) => line.includes(" -> "))).toEqual(expected);
  });

  test("a dry run writes nothing, takes no lock, and logs each line", async () => {
    using here = desktop();
    await using server = await startProduct(["--dry-run", ...seedFlags, ...here.flags]);
    await using beside = await startProduct([...here.flags]);
    expect((await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] })).status).toBe(204);
    expect(server.log.map(({ msg }) => msg)).toContain("would add 192.168.122.167 foo.dtk.io (ingress/default/test)");
    await beside.stop();
    expect(here.hosts()).toBe(users);
  });

  test("a dry run leaves no state behind", async () => {
    using here = desktop();
    {
      await using server = await startProduct(["--dry-run", ...seedFlags, ...here.flags]);
      await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] });
    }
    expect(readdirSync(here.folder)).toEqual(["hosts"]);
  });

  test("four that start at once on one hosts file: one serves, the others name it", async () => {
    using here = desktop();
    const starts = Array.from({ length: 4 }, (_, index) =>
      startProduct([`--hosts-file=${here.hostsFile}`, `--state-dir=${here.stateFolder}-${index}`]).then(
        (server) => ({ server, failure: "" }),
        (error: unknown) => ({ server: undefined, failure: String(error) }),
      ),
    );
    const ended = await Promise.all(starts);
    const serving = ended.filter(({ server }) => server !== undefined);
    const failures = ended.map(({ failure }) => failure).filter((failure) => failure !== "");
    for (const { server } of serving) await server?.stop();
    expect(serving).toHaveLength(1);
    expect(failures.filter((failure) => failure.includes("already has a writer"))).toHaveLength(3);
  });

  test.each([
    [["--port=99999"], '--port: "99999" is not a port'],
    [["--domains=dtk.io,*.io"], '--domains: "*.io" is not a domain name'],
    [["--cluster-ip=0.0.0.0"], "--cluster-ip: "],
    [["--cluster-ip=auto"], "callers must show a token"],
    [["--forget-after=soon"], '--forget-after: "soon" is not a time'],
    [["--forget-after=0m"], "--forget-after: "],
    [["--targets=both"], '--targets: "both" is not cluster or record'],
    [["--allow=10.0.0.0/99"], "--allow: "],
    [["--no-such-flag"], "unknown option"],
    [["--dry-run=false"], "dry-run"],
    [["surplus"], "too many arguments"],
  ])("wrong usage %j is one sentence and exit 2", async (flags, words) => {
    using here = desktop();
    const { exitCode, talk } = await runHere(["serve", ...flags, ...here.flags]);
    expect(talk).toContain(words);
    expect(talk).not.toMatch(/^\s+at /m);
    expect(exitCode).toBe(2);
  });

  test("a mistyped command is named, with those that there are", async () => {
    const { exitCode, talk } = await runHere(["statsu"]);
    expect(talk).toContain('"statsu" is not a command; the commands are serve, status');
    expect(exitCode).toBe(2);
  });

  test("every wrong value is named at once", async () => {
    const { talk } = await runHere(["--port=x", "--targets=y"], { environment: { HOSTSFILE_SERVER_DOMAINS: "-" } });
    expect(talk).toMatch(/--port: .*\n.*HOSTSFILE_SERVER_DOMAINS: .*\n.*--targets: /);
  });

  test("the text log, as on a terminal, is in what was built", async () => {
    using here = desktop();
    const { exitCode, talk } = await runProduct(["--log-format=text", "--host=192.0.2.1", "--port=0", ...here.flags]);
    expect(talk).toContain("192.0.2.1 is not an address of this machine.");
    expect(exitCode).toBe(3);
  });

  test("a port that is taken is one sentence with the fix, and exit 3", async () => {
    using here = desktop();
    using other = desktop();
    await using server = await startProduct(here.flags);
    const { exitCode, talk } = await runProduct([`--port=${server.port}`, ...other.flags]);
    expect(talk).toMatch(new RegExp(`Port ${server.port} is taken\\.\\n.*--port`));
    expect(exitCode).toBe(3);
    expect(other.hosts()).toBe(users);
  });

  test.skipIf(process.geteuid?.() !== 0)(
    "without permission it is one sentence with the fix, and exit 3 (as root: run as nobody)",
    async () => {
      using here = desktop();
      chmodSync(here.folder, 0o755);
      const own = join(here.folder, "own");
      mkdirSync(own);
      chownSync(own, nobody, nobody);
      const { exitCode, talk } = await runProduct([`--hosts-file=${here.hostsFile}`, `--state-dir=${own}`], {
        uid: nobody,
      });
      expect(talk).toContain("sudo");
      expect(exitCode).toBe(3);
      const state = await runProduct([`--hosts-file=${join(own, "hosts")}`, `--state-dir=${here.stateFolder}`], {
        uid: nobody,
      });
      expect(state.talk).toContain("--state-dir");
      expect(state.exitCode).toBe(3);
    },
  );
});

describe("status", () => {
  test("says what is shown and what is not, and exits 0 while nothing needs attention", async () => {
    using here = desktop();
    await using server = await startProduct([...seedFlags, ...here.flags, "--dns=off"]);
    await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io"), ingressEndpoint("*.dtk.io")] });
    const asText = await runProduct(["status", `--port=${server.port}`]);
    expect(asText.output).toContain("shown        1 name: foo.dtk.io\n");
    expect(asText.output).toContain("*.dtk.io is not in the hosts file: a hosts file cannot hold a wildcard");
    expect(asText.exitCode).toBe(0);
    const asJSON = await runProduct(["status", `--port=${server.port}`, "--json"]);
    expect(statusSchema.parse(JSON.parse(asJSON.output))).toMatchObject({
      server: { pid: server.pid, ready: true },
      attention: [],
    });
  });

  test("exits 1 when something needs attention, naming the command", async () => {
    using here = desktop();
    await using server = await startHere(["--domains=dtk.io", ...here.flags]);
    const { exitCode, output } = await runHere(["status", `--port=${server.port}`]);
    expect(output).toMatch(/its cluster IP is not set.*\[no-cluster-ip\]\n.*\n +curl -d ADDRESS http:\S+$/m);
    expect(exitCode).toBe(1);
  });

  test("without a server it says how to start one, and exits 3", async () => {
    const { exitCode, talk, output } = await runHere(["status", "--port=1"]);
    expect(talk).toMatch(/No hostsfile-server answers on port 1.*\n.*Start it/);
    expect(output).toBe("");
    expect(exitCode).toBe(3);
    const asJSON = await runHere(["status", "--port=1", "--json"]);
    expect(JSON.parse(asJSON.output)).toEqual({
      code: "no-server",
      message: expect.stringContaining("port 1"),
      hint: expect.stringContaining("Start it"),
      command: "sudo hostsfile-server --port=1",
    });
    expect(asJSON).toMatchObject({ talk: "", exitCode: 3 });
  });

  test("names that your own lines have are not among those that are shown, and their lines are named", async () => {
    using here = desktop();
    writeFileSync(here.hostsFile, `${users}192.168.0.12 nas.dtk.io\n`);
    await using server = await startHere([...seedFlags, ...here.flags]);
    await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io"), ingressEndpoint("nas.dtk.io")] });
    const { output, exitCode } = await runHere(["status", `--port=${server.port}`]);
    expect(output).toContain("  shown        1 name: foo.dtk.io\n");
    expect(output).toContain("  your lines   nas.dtk.io (line 3)\n");
    expect(exitCode).toBe(1);
    const { names } = statusSchema.parse(JSON.parse((await curl(`${server.url}/status`)).text));
    expect(names).toMatchObject({ total: 1, list: [{ name: "foo.dtk.io", resource: "ingress/default/test" }] });
  });

  test("finds the token where the environment says", async () => {
    using here = desktop();
    const tokenFile = join(here.folder, "token");
    writeFileSync(tokenFile, "0123456789abcdef0123456789abcdef", { mode: 0o600 });
    await using server = await startHere([`--token-file=${tokenFile}`, ...here.flags]);
    const command = ["status", `--port=${server.port}`];
    expect(await runHere(command)).toMatchObject({ exitCode: 3, talk: expect.stringContaining("--token-file") });
    expect((await runHere([...command, `--token-file=${tokenFile}`])).exitCode).toBe(0);
    const environment = { HOSTSFILE_SERVER_TOKEN_FILE: tokenFile };
    expect((await runHere(command, { environment })).output).toContain("may call     anyone with a token");
  });

  test("colours come only where they are wanted", async () => {
    using here = desktop();
    await using server = await startHere(here.flags);
    const colours = async (environment: Record<string, string>): Promise<boolean> =>
      (await runProduct(["status", `--port=${server.port}`], { environment })).output.includes("\u001B[");
    expect(await colours({})).toBe(false);
    expect(await colours({ FORCE_COLOR: "1" })).toBe(true);
  });

  test("watched without a terminal, each change is printed, as JSON one a line, until it is told to stop", async () => {
    using here = desktop();
    await using server = await startHere([...seedFlags, ...here.flags]);
    const watching = spawn("./hostsfile-server", ["status", "--watch", "--json", `--port=${server.port}`]);
    const lines = createInterface({ input: watching.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => JSON.parse(String((await lines.next()).value));
    expect(statusSchema.parse(await next()).names.total).toBe(0);
    await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] });
    expect(statusSchema.parse(await next()).names).toMatchObject({ total: 1, list: [{ name: "foo.dtk.io" }] });
    await server.stop();
    expect(await next()).toMatchObject({ code: "no-server" });
    watching.kill("SIGINT");
    expect(await once(watching, "exit")).toEqual([0, null]);
  });

  describe.skipIf(spawnSync("script", ["--version"]).status !== 0)("on a terminal (needs script of util-linux)", () => {
    /** Runs a command on a terminal of 80 columns and 24 rows. */
    function onTerminal(commandLine: string, environment: Record<string, string> = {}) {
      const inside = `stty cols 80 rows 24; exec ./hostsfile-server ${commandLine}`;
      const child = spawn("script", ["-qfec", inside, "/dev/null"], {
        env: { PATH: process.env["PATH"], TERM: "xterm-256color", ...environment },
      });
      let screen = "";
      child.stdout.setEncoding("utf8").on("data", (chunk: string) => (screen += chunk));
      const ended = once(child, "close").then(() => ({ exitCode: child.exitCode, screen }));
      return { ended, type: (keys: string) => child.stdin.write(keys), screen: () => screen };
    }

    test("it fits 80 columns, in colours unless these are unwanted, and commands stay whole", async () => {
      using here = desktop();
      await using server = await startProduct([...seedFlags, ...here.flags]);
      await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io"), ingressEndpoint("*.dtk.io")] });
      await curl(`${server.url}/clusters/a-cluster-with-a-rather-long-name/domains`, { body: "kind.io" });
      const command = `status --port=${server.port}`;
      const coloured = await onTerminal(command).ended;
      expect(coloured.screen).toContain("\u001B[32mis ready\u001B[39m");
      expect(coloured.exitCode).toBe(1);
      for (const unwanted of [{ NO_COLOR: "1" }, { TERM: "dumb" }]) {
        const { screen } = await onTerminal(command, unwanted).ended;
        expect(screen).not.toContain("\u001B[");
        const wide = screen.split("\r\n").filter((line) => line.length > 80);
        expect(wide).toEqual([
          `      curl -d ADDRESS http://localhost:${server.port}/clusters/a-cluster-with-a-rather-long-name/clusterip`,
        ]);
        expect(screen).toContain(
          "*.dtk.io is not in the hosts file: a hosts file cannot hold a\r\n               wildcard.",
        );
      }
    });

    test("watched it draws over itself, and Ctrl-C gives the terminal back and ends with 0", async () => {
      using here = desktop();
      await using server = await startProduct([...seedFlags, ...here.flags]);
      const terminal = onTerminal(`status --watch --port=${server.port}`);
      await expect.poll(() => terminal.screen()).toContain("0 names");
      await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] });
      await expect.poll(() => terminal.screen()).toContain("1 name: foo.dtk.io");
      await server.stop();
      await expect.poll(() => terminal.screen()).toContain("No hostsfile-server answers");
      terminal.type("\u0003");
      const { exitCode, screen } = await terminal.ended;
      expect(exitCode).toBe(0);
      expect(screen.startsWith("\u001B[?1049h\u001B[?25l")).toBe(true);
      expect(screen.endsWith("\u001B[?25h\u001B[?1049l")).toBe(true);
      expect(screen).not.toContain("\u001B[2J");
    });
  });
});

async function anotherProgram(): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer((_, response) => response.end("<html>\nhello\n</html>"));
  server.listen(0, "localhost");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

describe("clear", () => {
  async function filled(here: Desktop): Promise<void> {
    await using server = await startHere([...seedFlags, ...here.flags]);
    await curl(`${server.url}/clusters/kind-a/domains`, { body: "kind.io" });
    await curl(`${server.url}/clusters/kind-a/clusterip`, { body: "192.0.2.3" });
    await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] });
    await postRecords(`${server.url}/clusters/kind-a`, { create: [ingressEndpoint("a.kind.io")] });
    expect(here.block()).toEqual(["192.0.2.3 a.kind.io", "192.168.122.167 foo.dtk.io"]);
  }

  test.each(["running", "stopped"])("forgets one cluster, then all, with the server %s", async (state) => {
    using here = desktop();
    await filled(here);
    const server = state === "running" ? await startHere(here.flags) : undefined;
    const flags = [`--port=${server?.port ?? 1}`, ...here.flags];
    expect(await runHere(["clear", "--cluster=kind-a", ...flags])).toMatchObject({ exitCode: 0 });
    expect(here.block()).toEqual(["192.168.122.167 foo.dtk.io"]);
    expect(await runHere(["clear", ...flags])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("default"),
    });
    expect(here.hosts()).toBe(users);
    expect(await runHere(["clear", "--quiet", ...flags])).toEqual({ exitCode: 0, output: "", talk: "" });
    await server?.stop();
    await using again = await startHere(here.flags);
    expect(JSON.parse((await curl(`${again.url}/domains`)).text)).toEqual([]);
  });

  test("a server that only plays, or keeps another file, is left alone", async () => {
    using here = desktop();
    using other = desktop();
    await filled(here);
    await using playing = await startHere(["--dry-run", ...here.flags]);
    expect(await runHere(["clear", `--port=${playing.port}`, ...here.flags])).toMatchObject({ exitCode: 0 });
    expect(here.hosts()).toBe(users);
    await filled(here);
    await using elsewhere = await startHere(here.flags);
    expect(await runHere(["clear", `--port=${elsewhere.port}`, ...other.flags])).toMatchObject({ exitCode: 0 });
    expect(here.block()).toHaveLength(2);
  });

  test("a server on an address of its own is found by that", async () => {
    using here = desktop();
    await using server = await startHere(["--host=127.0.0.9", ...here.flags]);
    expect((await runHere(["status", "--host=127.0.0.9", `--port=${server.port}`])).exitCode).toBe(0);
    expect((await runHere(["status", `--port=${server.port}`])).talk).toContain("--host");
  });

  test("another program on the port hinders nothing", async () => {
    using here = desktop();
    await filled(here);
    await using other = await anotherProgram();
    expect(await runHere(["clear", `--port=${other.port}`, ...here.flags])).toMatchObject({ exitCode: 0 });
    expect(here.hosts()).toBe(users);
    const { exitCode, talk } = await runHere(["status", `--port=${other.port}`]);
    expect(talk).toContain("Is it hostsfile-server?");
    expect(exitCode).toBe(3);
  });

  test("a server that runs elsewhere is named, with the way to ask it", async () => {
    using here = desktop();
    await using server = await startProduct(here.flags);
    const { exitCode, talk } = await runHere(["clear", "--port=1", ...here.flags]);
    expect(talk).toMatch(new RegExp(`process ${server.pid} .*\n.*--port`));
    expect(exitCode).toBe(3);
  });

  test.each(["running", "stopped"])("a cluster that is not known is named, with those that are (%s)", async (state) => {
    using here = desktop();
    await filled(here);
    const server = state === "running" ? await startHere(here.flags) : undefined;
    const { exitCode, talk } = await runHere(["clear", "--cluster=nope", `--port=${server?.port ?? 1}`, ...here.flags]);
    expect(talk).toContain("Cluster nope is not known; known are default, kind-a.");
    expect(exitCode).toBe(1);
    await server?.stop();
  });

  test("where nothing was ever started it makes nothing", async () => {
    using here = desktop();
    expect(await runHere(["clear", "--port=1", ...here.flags])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("There was nothing to clear."),
    });
    expect(readdirSync(here.folder)).toEqual(["hosts"]);
  });

  test("leaves no lock behind", async () => {
    using here = desktop();
    await filled(here);
    await runHere(["clear", "--port=1", ...here.flags]);
    expect(readdirSync(here.folder).toSorted()).toEqual(["hosts", "state"]);
  });
});

describe("recover", () => {
  test("a damaged store keeps the lines and answers 503 until recover, over restarts", async () => {
    using here = desktop();
    {
      await using server = await startHere([...seedFlags, ...here.flags]);
      await postRecords(server.url, { create: [ingressEndpoint("foo.dtk.io")] });
    }
    truncateSync(join(here.stateFolder, "records.sqlite"), 6000);
    await (await startHere(here.flags)).stop();
    await using server = await startHere(here.flags);
    expect((await curl(`${server.url}/records`)).status).toBe(503);
    expect((await curl(`${server.url}/readyz`)).status).toBe(503);
    expect((await curl(`${server.url}/healthz`)).status).toBe(200);
    expect(here.block()).toEqual(["192.168.122.167 foo.dtk.io"]);
    const status = await runHere(["status", `--port=${server.port}`]);
    expect(status.output).toMatch(/state-damaged\]\n.*\n +hostsfile-server recover\n/);
    expect(await runHere(["recover", `--state-dir=${here.stateFolder}`])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("records.sqlite.damaged-"),
    });
    expect((await curl(`${server.url}/domains`, { body: "dtk.io" })).status).toBe(200);
    expect((await curl(`${server.url}/records`)).text).toBe("[]");
  });

  test("without damage it changes nothing", async () => {
    using here = desktop();
    await (await startHere(here.flags)).stop();
    expect(await runHere(["recover", `--state-dir=${here.stateFolder}`])).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining("Nothing to recover"),
    });
  });
});

describe("token", () => {
  test("a token that is there and cannot be read is never to be made again", async () => {
    using here = desktop();
    mkdirSync(join(here.folder, "token"));
    const { exitCode, talk } = await runHere(["token", `--token-file=${join(here.folder, "token")}`]);
    expect(talk).toMatch(/cannot be read: EISDIR.*\n.*sudo/);
    expect(talk).not.toContain("openssl");
    expect(exitCode).toBe(3);
  });

  test("prints the token that opens one cluster's webhook and nothing else", async () => {
    using here = desktop();
    const tokenFile = join(here.folder, "token");
    writeFileSync(tokenFile, "an-admin-token-long-enough\n", { mode: 0o600 });
    await using server = await startHere([...seedFlags, `--token-file=${tokenFile}`, ...here.flags]);
    const printed = await runHere(["token", "--cluster=default"], {
      environment: { HOSTSFILE_SERVER_TOKEN_FILE: tokenFile },
    });
    expect(printed.output).toMatch(/^[\w-]{43}\n$/);
    const headers = { authorization: `Basic ${Buffer.from(`default:${printed.output.trim()}`).toString("base64")}` };
    expect((await curl(`${server.url}/records`, { headers })).status).toBe(200);
    expect((await curl(`${server.url}/records`)).status).toBe(401);
    expect((await curl(`${server.url}/status`, { headers })).status).toBe(401);
    expect((await curl(`${server.url}/clusters/other/records`, { headers })).status).toBe(401);
    expect((await runHere(["status", `--port=${server.port}`, `--token-file=${tokenFile}`])).exitCode).toBe(0);
    const without = await runHere(["status", `--port=${server.port}`]);
    expect(without.talk).toContain("--token-file");
    expect(without.exitCode).toBe(3);
  });

  test("a token with blanks is refused, since a header cannot carry it", async () => {
    using here = desktop();
    writeFileSync(join(here.folder, "token"), "an admin token with blanks");
    const { exitCode, talk } = await runHere(["token", `--token-file=${join(here.folder, "token")}`]);
    expect(talk).toContain("holds blanks");
    expect(exitCode).toBe(3);
  });

  test("a server whose token file is missing answers 503, says why, and goes on once the file is there", async () => {
    using here = desktop();
    const tokenFile = join(here.folder, "token");
    await using server = await startProduct([...seedFlags, `--token-file=${tokenFile}`, ...here.flags]);
    expect(server.log).toContainEqual(expect.objectContaining({ code: "no-usable-token", level: 50 }));
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const token = "0123456789abcdef0123456789abcdef";
    for (const options of [{}, bearer(""), bearer("undefined"), bearer(token)]) {
      for (const path of ["/records", "/", "/status", "/domains", "/clusters/default/records"]) {
        expect((await curl(`${server.url}${path}`, options)).status).toBe(503);
      }
      expect((await curl(`${server.url}/domains`, { ...options, body: "evil.io" })).status).toBe(503);
    }
    const ready = await curl(`${server.url}/readyz`);
    expect([ready.status, JSON.parse(ready.text)]).toMatchObject([503, { reasons: [{ code: "no-usable-token" }] }]);
    expect((await curl(`${server.url}/healthz`)).status).toBe(200);
    const asked = await runHere(["status", `--port=${server.port}`]);
    expect(asked).toMatchObject({ exitCode: 3, talk: expect.stringContaining(`There is no token file ${tokenFile}`) });
    writeFileSync(tokenFile, token, { mode: 0o600 });
    await expect.poll(async () => (await curl(`${server.url}/readyz`)).status, { interval: 100 }).toBe(200);
    expect((await curl(`${server.url}/records`)).status).toBe(401);
    expect((await curl(`${server.url}/status`, bearer(token))).status).toBe(200);
    expect((await runHere(["status", `--port=${server.port}`, `--token-file=${tokenFile}`])).exitCode).toBe(0);
  });

  test("a token that is missing or too short is one sentence with the command that makes one", async () => {
    using here = desktop();
    const path = join(here.folder, "token");
    expect(await runHere(["token", `--token-file=${path}`])).toMatchObject({
      exitCode: 3,
      talk: expect.stringContaining("openssl rand"),
    });
    writeFileSync(path, "short");
    expect(await runHere([`--token-file=${path}`, ...here.flags])).toMatchObject({
      exitCode: 3,
      talk: expect.stringContaining("could be guessed"),
    });
  });
});

describe("demo", () => {
  test("plays the story, shows the line coming and going, and leaves nothing behind", async () => {
    using folder = temporaryFolder();
    const { exitCode, output, talk } = await runProduct(["demo"], { environment: { TMPDIR: folder.path } });
    expect(output).toMatch(
      /11\. .*\n.*POST \/records -> 204\n[\s\S]*\+192\.168\.122\.167 foo\.dtk\.io\n[\s\S]*13\. [\s\S]*-192\.168\.122\.167 foo\.dtk\.io/,
    );
    expect(talk).toBe("");
    expect(exitCode).toBe(0);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("plays the story of the watcher within one screen, and leaves nothing behind", async () => {
    using folder = temporaryFolder();
    const { exitCode, output, talk } = await runProduct(["demo", "--watch"], { environment: { TMPDIR: folder.path } });
    const lines = output.split("\n");
    expect([exitCode, talk]).toEqual([0, ""]);
    expect(lines).toEqual(
      expect.arrayContaining([
        "     kind-demo: + foo.dtk.io (ingress/default/test)",
        "     +127.0.0.1 foo.dtk.io",
        "     kind-demo: + bar.dtk.io (httproute/default/bar)",
        "     +127.0.0.1 bar.dtk.io",
        "     -127.0.0.1 foo.dtk.io",
        "     -127.0.0.1 bar.dtk.io",
      ]),
    );
    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.slice(1).map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("leaves nothing behind either when its reader goes away", async () => {
    using folder = temporaryFolder();
    const child = spawn(join(import.meta.dirname, "../hostsfile-server"), ["demo"], {
      env: { PATH: process.env["PATH"], TMPDIR: folder.path },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const ended = once(child, "close");
    await once(child.stdout, "data");
    child.stdout.destroy();
    await ended;
    expect(await text(child.stderr)).toBe("");
    expect(readdirSync(folder.path)).toEqual([]);
  });

  test("as JSON, one step a line", async () => {
    const { output } = await runProduct(["demo", "--json"]);
    const steps = output
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(steps).toHaveLength(13);
    expect(steps[10]).toMatchObject({
      step: 11,
      answer: "POST /records -> 204",
      diff: expect.stringContaining("+192.168.122.167 foo.dtk.io"),
    });
  });
});

describe("help", () => {
  test.each([
    ["--help"],
    ["serve", "--help"],
    ["status", "--help"],
    ["clear", "--help"],
    ["recover", "--help"],
    ["token", "--help"],
    ["demo", "--help"],
  ])("%s %s fits 80 columns, shows examples, and exits 0", async (...commandLine) => {
    const { exitCode, output } = await runHere(commandLine);
    expect(exitCode).toBe(0);
    if (commandLine.length > 1) expect(output).toMatch(/^Examples:\n {2}\$ /);
    const wide = output.split("\n").filter((line) => line.length > 80 && !line.startsWith("  $ "));
    expect(wide).toEqual([]);
  });

  test("the version is the manifest's", async () => {
    const { version }: { version: string } = JSON.parse(readFileSync("package.json", "utf8"));
    expect((await runHere(["--version"])).output).toBe(`${version}\n`);
  });
});
