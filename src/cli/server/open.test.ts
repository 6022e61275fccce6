/** What `open` makes of the server's answer, before any browser is started. `test/open.test.ts` starts one. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { type SaidAnswer, answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";

afterEach(() => void vi.restoreAllMocks());

async function open(answer: SaidAnswer, flags: readonly string[] = [], environment: Record<string, string> = {}) {
  await using server = await answeringServer(() => answer);
  const ended = await runHere(["open", "--host=127.0.0.1", `--port=${server.port}`, ...flags], { environment });
  return { ...ended, url: `http://127.0.0.1:${server.port}`, requests: server.requests };
}

const once: SaidAnswer = { body: '{"path":"/open/abc-DEF_1","seconds":60}' };

describe("the link", () => {
  test("is the only line of the output, and for how long it works is talk", async () => {
    const { exitCode, output, talk, url, requests } = await open(once, ["--print"]);
    expect([exitCode, output, talk]).toEqual([
      0,
      `${url}/open/abc-DEF_1\n`,
      "The link works once, within 60 seconds.\n",
    ]);
    expect(requests).toEqual(["POST /open"]);
  });

  test("without an end has nothing said of it", async () => {
    const { output, talk, url } = await open({ body: '{"path":"/"}' }, ["--print"]);
    expect([output, talk]).toEqual([`${url}/`, ""].map((text) => text && `${text}\n`));
  });

  // What is printed is handed to a program, so another program on the port must not choose it.
  test.each(["", "open", "//evil.example.com/", "/a b", "/?x=1", "/;id", "/\u001B[2J", "https://evil.example.com/"])(
    "that leads to %j is not taken from what answers",
    async (path) => {
      const { exitCode, output, talk } = await open({ body: JSON.stringify({ path }) }, ["--print"]);
      expect([exitCode, output]).toEqual([3, ""]);
      expect(talk).toContain("Is it hostsfile-server?");
    },
  );
});

describe("a browser is not started", () => {
  test("without a desktop session", async () => {
    vi.spyOn(process, "geteuid").mockReturnValue(1000);
    const { exitCode, talk } = await open({ body: '{"path":"/"}' });
    expect([exitCode, talk]).toEqual([0, "Open it in your browser. There is no desktop session to start one in.\n"]);
  });

  test.each(["DISPLAY", "WAYLAND_DISPLAY"])("as root, also with %s", async (name) => {
    vi.spyOn(process, "geteuid").mockReturnValue(0);
    const { talk } = await open({ body: '{"path":"/"}' }, [], { [name]: ":0", PATH: "" });
    expect(talk).toBe("Open it in your browser. No browser is started as root.\n");
  });

  test.each(["DISPLAY", "WAYLAND_DISPLAY"])("where there is no program for it (%s)", async (name) => {
    vi.spyOn(process, "geteuid").mockReturnValue(1000);
    const { exitCode, talk } = await open({ body: '{"path":"/"}' }, [], { [name]: ":0", PATH: "/nowhere" });
    expect([exitCode, talk]).toEqual([0, "Open it in your browser. There is no xdg-open to do it.\n"]);
  });
});
