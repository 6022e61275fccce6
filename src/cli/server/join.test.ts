/** What `join` sends, what it asks before it joins, and how it says what is missing. */
import { writeFileSync } from "node:fs";
import { join as joinPath } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type AnsweringServer, type SaidAnswer, answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { typing } from "../../../test/support/typing.ts";
import type { Joined, TeamPreview } from "../../contract/team.ts";
import { privateNetworks } from "../../records/team.ts";

afterEach(() => void vi.restoreAllMocks());

const link = "etcd://e1.example.com:2379/skydns";

const preview: TeamPreview = {
  name: "dev",
  url: link,
  domains: ["dev.example.com"],
  isJoined: false,
  names: 2,
  list: [
    { name: "foo.dev.example.com", addresses: ["10.0.0.1"] },
    { name: "bar.dev.example.com", addresses: ["10.0.0.2", "fd00::2"] },
  ],
  refused: {},
  conflicts: { total: 0, list: [] },
  shadowed: { total: 0, list: [] },
  warnings: [],
};

const joined: Joined = { name: "dev", names: 2, isLive: true };

/** A server that previews a team and then joins it, each with this answer. */
function teamServer(shown: Partial<TeamPreview> = {}, done: SaidAnswer = { body: JSON.stringify(joined) }) {
  const body = JSON.stringify({ ...preview, ...shown });
  return answeringServer((request) => (request === "POST /teams/preview" ? { body } : done));
}

function joinAt(server: AnsweringServer, ...flags: readonly string[]) {
  return runHere(["join", link, "--host=127.0.0.1", `--port=${server.port}`, ...flags]);
}

/** What was asked of the server, each request with its body as a value. */
function sentTo({ requests }: AnsweringServer): readonly (readonly [string, unknown])[] {
  return requests.map((request) => {
    const [, line = "", body = ""] = /^(\S+ \S+) (.*)$/s.exec(request) ?? [];
    return [line, JSON.parse(body)] as const;
  });
}

describe("what is sent", () => {
  const usual = {
    name: "dev",
    url: link,
    domains: ["dev.example.com"],
    networks: privateNetworks,
    mostNames: 10_000,
    isInsecure: false,
  };

  test("is the same for the preview and for joining, with the limits that hold unless others are given", async () => {
    await using server = await teamServer();
    expect((await joinAt(server, "--domains=dev.example.com", "--yes")).exitCode).toBe(0);
    expect(sentTo(server)).toEqual([
      ["POST /teams/preview", usual],
      ["POST /teams", usual],
    ]);
  });

  test.each<[readonly string[], object]>([
    [["--name=crew"], { name: "crew" }],
    [["--team-names=50"], { mostNames: 50 }],
    [["--insecure"], { isInsecure: true }],
    [
      ["--team-networks=203.0.113.0/24,2001:db8::/32"],
      { networks: [...privateNetworks, "203.0.113.0/24", "2001:db8::/32"] },
    ],
  ])("with %j it differs in that alone", async (flags, different) => {
    await using server = await teamServer();
    await joinAt(server, "--domains=dev.example.com", "--dry-run", ...flags);
    expect(sentTo(server)).toEqual([["POST /teams/preview", { ...usual, ...different }]]);
  });

  test.each([
    ["dev.example.com,ops.example.com", "dev", ["dev.example.com", "ops.example.com"]],
    ["Team-One.io", "team-one", ["team-one.io"]],
    ["bücher.example.com", "xn--bcher-kva", ["xn--bcher-kva.example.com"]],
  ])("for the domains %s the team is called %s", async (domains, name, expected) => {
    await using server = await teamServer();
    await joinAt(server, `--domains=${domains}`, "--dry-run");
    expect(sentTo(server)).toMatchObject([["POST /teams/preview", { name, domains: expected }]]);
  });

  test("certificates are sent as they are in their files, and a password without its line end", async () => {
    using folder = temporaryFolder();
    const file = (name: string, text: string): string => {
      writeFileSync(joinPath(folder.path, name), text);
      return joinPath(folder.path, name);
    };
    const [authority, certificate, key] = ["the authority\n", "the certificate\n", "the key\n"];
    await using server = await teamServer();
    const flags = [
      `--team-ca=${file("ca.pem", authority)}`,
      `--team-cert=${file("cert.pem", certificate)}`,
      `--team-key=${file("key.pem", key)}`,
      "--team-user=ann",
      `--team-password-file=${file("password", " a b \r\n")}`,
    ];
    await joinAt(server, "--domains=dev.example.com", "--dry-run", ...flags);
    expect(sentTo(server)[0]?.[1]).toEqual({
      ...usual,
      authority,
      identity: { certificate, key },
      login: { user: "ann", password: " a b " },
    });
  });
});

describe("what is asked", () => {
  test("is whether the team may name hosts, after what it would bring; a no joins nothing and exits 1", async () => {
    await using server = await teamServer();
    typing("n");
    const { exitCode, output, talk } = await joinAt(server, "--domains=dev.example.com");
    expect(exitCode).toBe(1);
    expect(output).toContain("bar.dev.example.com  10.0.0.2, fd00::2\n");
    expect(talk).toContain("This lets the team dev name hosts on this machine, within what is said above. Go on?");
    expect(server.requests).toHaveLength(1);
  });

  test("of a team that is joined it is whether it is set anew, and a yes does it", async () => {
    await using server = await teamServer({ isJoined: true });
    typing("yes");
    const { exitCode, talk } = await joinAt(server, "--domains=dev.example.com");
    expect(exitCode).toBe(0);
    expect(talk).toContain("This sets the joined team dev anew.");
    expect(server.requests).toHaveLength(2);
  });

  test("where nobody can be asked nothing is joined, and --yes is named", async () => {
    await using server = await teamServer();
    const { exitCode, talk } = await joinAt(server, "--domains=dev.example.com");
    expect(exitCode).toBe(2);
    expect(talk).toContain("add --yes");
    expect(server.requests).toHaveLength(1);
  });

  test("is nothing with --dry-run, also where nobody could answer", async () => {
    await using server = await teamServer();
    expect(await joinAt(server, "--domains=dev.example.com", "--dry-run")).toMatchObject({ exitCode: 0, talk: "" });
    expect(server.requests).toHaveLength(1);
  });
});

describe("what is printed in the end", () => {
  test.each<[Joined, string]>([
    [joined, "Joined. The team dev has 2 names, followed live. To leave: hostsfile-server leave dev\n"],
    [
      { name: "crew", names: 1, isLive: false },
      "Joined. The team crew has 1 name, not there yet; hostsfile-server status says why. To leave: hostsfile-server leave crew\n",
    ],
  ])("for %j", async (done, sentence) => {
    await using server = await teamServer({}, { body: JSON.stringify(done) });
    const { output } = await joinAt(server, "--domains=dev.example.com", "--yes");
    expect(output.endsWith(`\n${sentence}`)).toBe(true);
  });

  test.each([
    ["--yes", joined],
    ["--dry-run", preview],
  ])("as JSON with %s it is one value and nothing else", async (flag, expected) => {
    await using server = await teamServer();
    const { output, talk } = await joinAt(server, "--domains=dev.example.com", flag, "--json");
    expect(talk).toBe("");
    expect(JSON.parse(output)).toEqual(expected);
  });
});

describe("what is wrong usage, before any server is asked", () => {
  test.each([
    [[], "It must be said in which domains the team may have names."],
    [["--domains="], "It must be said in which domains the team may have names."],
    [["--domains=dev.example.com", "--team-cert=cert.pem"], "A client certificate and its key go together."],
    [["--domains=dev.example.com", "--team-key=key.pem"], "A client certificate and its key go together."],
    [["--domains=dev.example.com", "--team-user=ann"], "A user and a password go together."],
    [["--domains=dev.example.com", "--team-password-file=p"], "A user and a password go together."],
    [["--domains=*.example.com"], "--domains: "],
    [["--domains=dev.example.com", "--name=The Team"], "--name: "],
    [["--domains=dev.example.com", "--team-names=0"], "--team-names: "],
    [["--domains=dev.example.com", "--team-networks=10.0.0.0/33"], "--team-networks: "],
  ])("%j", async (flags, sentence) => {
    await using server = await teamServer();
    const { exitCode, output, talk } = await joinAt(server, ...flags);
    expect([exitCode, output]).toEqual([2, ""]);
    expect(talk).toContain(`hostsfile-server: ${sentence}`);
    expect(server.requests).toEqual([]);
  });

  test("without domains the whole line to type is said, with the link that was given", async () => {
    await using server = await teamServer();
    expect((await joinAt(server)).talk).toContain(
      `  For example: hostsfile-server join ${link} --domains=dev.example.com\n`,
    );
  });

  test("a file that cannot be read is named with the reason, and is no wrong usage", async () => {
    using folder = temporaryFolder();
    await using server = await teamServer();
    const missing = joinPath(folder.path, "ca.pem");
    const { exitCode, talk } = await joinAt(server, "--domains=dev.example.com", `--team-ca=${missing}`);
    expect(exitCode).toBe(3);
    expect(talk).toMatch(
      /^hostsfile-server: \S*ca\.pem cannot be read: ENOENT.*\n {2}Check its path and who may read it\.\n$/,
    );
    expect(server.requests).toEqual([]);
  });
});

describe("what the server says", () => {
  const told = {
    error: "The team's store does not answer.",
    hint: "See:",
    command: "etcdctl member list",
    code: "etcd-unreachable",
  };
  const refused: SaidAnswer = { status: 503, body: JSON.stringify(told) };
  const sentence = "hostsfile-server: The team's store does not answer.\n  See: etcdctl member list\n";

  test("of a preview that it cannot make is passed on, and nothing is joined", async () => {
    await using server = await answeringServer(() => refused);
    const { exitCode, output, talk } = await joinAt(server, "--domains=dev.example.com", "--yes");
    expect([exitCode, output, talk]).toEqual([3, "", sentence]);
    expect(server.requests).toHaveLength(1);
  });

  test("of joining is passed on after the preview", async () => {
    await using server = await teamServer({}, refused);
    const { exitCode, output, talk } = await joinAt(server, "--domains=dev.example.com", "--yes");
    expect([exitCode, talk]).toEqual([3, sentence]);
    expect(output).not.toContain("Joined");
  });

  test("in another shape is not taken for an answer", async () => {
    await using server = await answeringServer(() => ({ body: '{"name":"dev"}' }));
    const { exitCode, talk } = await joinAt(server, "--domains=dev.example.com", "--yes");
    expect(exitCode).toBe(3);
    expect(talk).toContain("Is it hostsfile-server?");
    expect(server.requests).toHaveLength(1);
  });
});

test("without a server it says how to start one", async () => {
  const { exitCode, talk } = await runHere(["join", link, "--domains=dev.example.com", "--host=127.0.0.1", "--port=1"]);
  expect(exitCode).toBe(3);
  expect(talk).toContain("No hostsfile-server answers on port 1 of 127.0.0.1.");
});
