/** `hostsfile-server open` as a user runs it: the link that it prints, the browser that it starts, and what gets in the way. */
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { eventually } from "./cluster/eventually.ts";
import { type ServerHere, startHere } from "./support/here.ts";
import { curl } from "./support/http.ts";
import { runProduct } from "./support/product.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const adminToken = "an-admin-token-long-enough";
/** Root starts no browser, so where tests run as root the command runs as somebody else. */
const user = process.geteuid?.() === 0 ? { uid: 65_534 } : {};

interface Scene extends AsyncDisposable {
  readonly folder: string;
  readonly server: ServerHere;
  /** Runs `open` with these flags, as a user with a desktop session whose browser opener is ours. */
  readonly open: (flags: readonly string[], environment?: Record<string, string>) => ReturnType<typeof runProduct>;
  /** What the opener was called with, one word a line; undefined before it was. */
  readonly opened: () => string | undefined;
}

async function setUp({ withToken }: { readonly withToken: boolean }): Promise<Scene> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(temporaryFolder()).path;
  chmodSync(folder, 0o777);
  const own = stack.use(temporaryFolder()).path;
  writeFileSync(join(own, "hosts"), "127.0.0.1 localhost\n");
  writeFileSync(join(folder, "token"), `${adminToken}\n`, { mode: 0o644 });
  writeFileSync(
    join(folder, "xdg-open"),
    `#!/bin/sh\nprintf '%s\\n' "$@" >"${folder}/part" && mv "${folder}/part" "${folder}/opened"\n`,
  );
  chmodSync(join(folder, "xdg-open"), 0o755);
  const token = withToken ? [`--token-file=${join(folder, "token")}`] : [];
  const place = [`--hosts-file=${join(own, "hosts")}`, `--state-dir=${join(own, "state")}`];
  const server = stack.use(await startHere(["--host=127.0.0.1", ...place, ...token]));
  const path = `${folder}:${process.env["PATH"] ?? ""}`;
  const owned = stack.move();
  return {
    folder,
    server,
    open: (flags, environment = { DISPLAY: ":0" }) =>
      runProduct(["open", `--port=${server.port}`, ...flags], { ...user, environment: { PATH: path, ...environment } }),
    opened: () => (existsSync(join(folder, "opened")) ? readFileSync(join(folder, "opened"), "utf8") : undefined),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

test("with a token it opens a link that leads to a cookie and the page, once", async () => {
  await using scene = await setUp({ withToken: true });
  const { exitCode, output, talk } = await scene.open([`--token-file=${join(scene.folder, "token")}`]);
  expect(output).toMatch(new RegExp(`^http://localhost:${scene.server.port}/open/[\\w-]{43}\n$`));
  expect(talk).toBe("The link works once, within 60 seconds.\nOpened in your browser.\n");
  expect(exitCode).toBe(0);
  await eventually(() => expect(scene.opened()).toBe(output));
  expect((await curl(output.trim())).status).toBe(303);
  const again = await curl(output.trim());
  expect([again.status, again.text]).toEqual([401, expect.stringContaining("This link was used before")]);
});

test("without a token it is the page itself", async () => {
  await using scene = await setUp({ withToken: false });
  const { exitCode, output, talk } = await scene.open([], { WAYLAND_DISPLAY: "wayland-0" });
  expect([exitCode, output]).toEqual([0, `http://localhost:${scene.server.port}/\n`]);
  expect(talk).toBe("Opened in your browser.\n");
  await eventually(() => expect(scene.opened()).toBe(output));
});

test("with --print it only prints, and nothing else on the standard output", async () => {
  await using scene = await setUp({ withToken: false });
  expect(await scene.open(["--print"])).toEqual({
    exitCode: 0,
    output: `http://localhost:${scene.server.port}/\n`,
    talk: "",
  });
  expect(scene.opened()).toBeUndefined();
});

test("without a desktop session, and without an opener, it says what to do", async () => {
  await using scene = await setUp({ withToken: false });
  expect((await scene.open([], {})).talk).toMatch(/^Open it in your browser\. There is no desktop session/);
  // A real one would start the browser of whoever runs the tests.
  const bare = join(scene.folder, "bare");
  mkdirSync(bare);
  for (const command of ["dirname", "readlink"]) symlinkSync(`/usr/bin/${command}`, join(bare, command));
  expect(await scene.open([], { DISPLAY: ":0", PATH: bare })).toEqual({
    exitCode: 0,
    output: `http://localhost:${scene.server.port}/\n`,
    talk: "Open it in your browser. There is no xdg-open to do it.\n",
  });
});

test.skipIf(process.geteuid?.() !== 0)("as root it starts no browser (needs root)", async () => {
  await using scene = await setUp({ withToken: false });
  const environment = { DISPLAY: ":0", PATH: `${scene.folder}:${process.env["PATH"] ?? ""}` };
  const { exitCode, talk } = await runProduct(["open", `--port=${scene.server.port}`], { environment });
  expect([exitCode, talk]).toEqual([0, "Open it in your browser. No browser is started as root.\n"]);
  expect(scene.opened()).toBeUndefined();
});

test("without the token where one is set, and without a server, it is one sentence with the fix", async () => {
  await using scene = await setUp({ withToken: true });
  const refused = await scene.open([]);
  expect(refused).toMatchObject({ exitCode: 3, output: "", talk: expect.stringContaining("--token-file") });
  await scene.server.stop();
  const alone = await scene.open([]);
  expect(alone).toMatchObject({ exitCode: 3, output: "", talk: expect.stringMatching(/No hostsfile-server answers/) });
});
