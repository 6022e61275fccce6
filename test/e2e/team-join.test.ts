/** Desktops join two team servers by invitations, over TLS, and lose no name and no place through every kind of cut. */
import assert from "node:assert/strict";
import { readdir, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Writings } from "../../src/contract/writing.ts";
import { type Report, reportSchema } from "../../src/doctor/report.ts";
import { makeCertificates, openSigner } from "../cluster/certificates.ts";
import { type Desktop, openDesktop, userLines } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { run, startProgram } from "../cluster/program.ts";
import { type Server, runCommand, startServer } from "../cluster/server.ts";
import { type Front, type TeamFront, openTeamFront } from "../cluster/team-front.ts";
import { configure } from "../cluster/team-server.ts";
import { ingressEndpoint } from "../support/http.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Member {
  readonly desktop: Desktop;
  readonly server: Server;
}

const launcher = join(import.meta.dirname, "..", "..", "hostsfile-server");

const started = new AsyncDisposableStack();
const address = "10.0.0.1";
let team: TeamFront;
let one: Front;
let other: Front;
let first: Member;
let second: Member;
let invitation: string;

beforeAll(async () => {
  team = started.use(await openTeamFront());
  [one, other] = team.fronts;
  await configure(one.server(), "a", address, "dev.example.com", "qa.example.com");
  const openMember = async (): Promise<Member> => {
    const desktop = started.use(await openDesktop());
    const server = await startServer({ desktop, flags: [] });
    started.defer(async () => void (await server.stop()));
    return { desktop, server };
  };
  [first, second] = [await openMember(), await openMember()];
});

afterAll(() => started.disposeAsync());

function command({ desktop, server }: Member, ...words: readonly string[]): Promise<string> {
  return runCommand(desktop, ...words, `--port=${server.port}`, "--host=127.0.0.1");
}

/** Runs a command that must fail, and returns what it says. */
async function failing(running: Promise<string>): Promise<string> {
  return running.then(
    (output) => assert.fail(`it did not fail: ${output}`),
    (error: unknown) => String((error as { stderr?: string }).stderr ?? error),
  );
}

/** As ExternalDNS, which asks again after a 503. */
async function change(front: Front, changes: object): Promise<void> {
  await eventually(async () => assert.equal(await front.server().post("a", changes), 204));
}

async function create(front: Front, ...names: readonly string[]): Promise<void> {
  await change(front, { create: names.map(ingressEndpoint) });
}

async function remove(front: Front, ...names: readonly string[]): Promise<void> {
  await change(front, { delete: names.map(ingressEndpoint) });
}

async function shows({ desktop }: Member, ...names: readonly string[]): Promise<void> {
  const lines = names.toSorted().map((name) => `${address} ${name}`);
  await eventually(async () => assert.deepEqual(await desktop.added(), lines));
}

async function teamOf({ server }: Member) {
  const { teams = [], attention } = await server.status();
  return { ...teams[0], codes: attention.map(({ code }) => code) };
}

async function isLive(member: Member): Promise<void> {
  await eventually(async () => assert.equal((await teamOf(member)).state, "live"));
}

/** Traces a name on a desktop: the step that says whether the team has it. */
async function traceSent({ desktop, server }: Member, name: string): Promise<Report["checks"][number] | undefined> {
  const place = [`--port=${server.port}`, `--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`];
  const words = ["doctor", name, "--json", "--host=127.0.0.1", ...place];
  // The exit code is that of other steps, as nothing serves a page for the name.
  const output = await run([...desktop.enter, "sh", "-c", '"$@" || true', "sh", launcher, ...words]);
  return reportSchema.parse(JSON.parse(output)).checks.find(({ id }) => id === "name-sent");
}

/** What opens a server, from an invitation. */
function credentialOf(text: string): string {
  return text.split("#")[1]?.split(".").slice(0, 2).join(".") ?? "";
}

test("an invitation is one line, shows what it is for, and brings the team's names", async () => {
  await create(one, "foo.dev.example.com", "bar.qa.example.com");
  expect(await failing(team.command("invite"))).toContain("Nobody has said yet where desktops reach the team servers");
  expect(await failing(team.command("revoke", "0123456789"))).toContain("There is no invitation 0123456789");
  invitation = await team.invite();
  expect(invitation.split("\n")).toHaveLength(1);
  const shown = await command(first, "join", invitation, "--dry-run");
  expect(shown).toContain(`Team dev, from ${one.url},${other.url}\n`);
  expect(shown).toContain("may have names in  dev.example.com, qa.example.com");
  expect(shown).toContain(`foo.dev.example.com  ${address}`);
  expect(shown).not.toContain(credentialOf(invitation));
  expect(await first.desktop.hosts()).toBe(userLines);
  expect(await command(first, "join", invitation, "--yes")).toContain(
    "Joined. The team dev has 2 names, followed live.",
  );
  await shows(first, "foo.dev.example.com", "bar.qa.example.com");
  expect((await teamOf(first)).relists).toEqual({ first: 1 });
  // The token is kept where the state is, which nobody else reads.
  const { stateFolder } = first.desktop;
  for (const file of await readdir(stateFolder)) {
    const { mode } = await stat(join(stateFolder, file));
    expect([file, mode & 0o077]).toEqual([file, 0]);
  }
  await create(other, "new.dev.example.com");
  await shows(first, "foo.dev.example.com", "bar.qa.example.com", "new.dev.example.com");
  await remove(one, "new.dev.example.com");
  await shows(first, "foo.dev.example.com", "bar.qa.example.com");
});

test("an invitation opens once, for its domains, until it ends or is taken back; each says so in a sentence", async () => {
  expect(await failing(command(second, "join", invitation, "--yes"))).toMatch(/The invitation was used by \S+ at 20/);
  const narrow = await team.invite("--domains=qa.example.com");
  const shown = await command(second, "join", narrow, "--yes");
  expect(shown).toContain("may have names in  qa.example.com\n");
  await shows(second, "bar.qa.example.com");
  // Joining by it again on the same desktop needs no other one.
  expect(await command(second, "join", narrow, "--yes", "--name=again")).toContain("Joined.");
  await command(second, "leave", "again", "--yes");
  const list = await team.command("invitations");
  expect(list.split("\n").filter((line) => line.includes("joined"))).toHaveLength(2);
  const taken = await team.invite();
  const id = credentialOf(taken).split(".")[0] ?? "";
  expect(await team.command("revoke", id)).toContain("Nobody can join by it any more");
  expect(await failing(command(second, "join", taken, "--yes"))).toContain("does not know this desktop");
  const ended = await team.invite("--expires=1m");
  const [key, text] = [
    ...(await team.etcd.list(`/hostsfile-server/v1/desktops/${credentialOf(ended).split(".")[0]}`)),
  ][0] ?? ["", ""];
  await team.etcd.put(key, JSON.stringify({ ...(JSON.parse(text) as object), expires: "2020-01-01T00:00:00.000Z" }));
  expect(await failing(command(second, "join", ended, "--yes"))).toContain("The invitation ended at 2020-01-01");
  expect(await failing(command(second, "join", invitation.slice(0, -9), "--yes"))).toContain(
    "is cut off, or something was added to it",
  );
});

test("two servers that are shown one invitation at the same time take it once", async () => {
  for (let round = 0; round < 3; round += 1) {
    const secret = credentialOf(await team.invite());
    const id = secret.split(".")[0] ?? "";
    const tokens = ["A", "B"].map((letter) => `${id}.${letter.repeat(43)}`);
    const answers = await Promise.all(
      tokens.map((token, index) =>
        team.ask(index === 0 ? one : other, "/team/join", secret, { token, desktop: `d${index}` }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 403]));
    // Who heard no answer asks again, anywhere.
    const winner = answers.findIndex(({ status }) => status === 200);
    for (const front of [one, other]) {
      const again = await team.ask(front, "/team/join", secret, { token: tokens[winner], desktop: "d" });
      expect(again.status).toBe(200);
    }
    await team.command("revoke", id);
  }
});

test("doctor on a desktop says who wrote a name, when and which server says so, as that server's own doctor does", async () => {
  await create(one, "written.dev.example.com");
  await shows(first, "foo.dev.example.com", "bar.qa.example.com", "written.dev.example.com");
  const step = await traceSent(first, "written.dev.example.com");
  expect(step?.grade).toBe("ok");
  const { message, writings } = step?.findings[1] ?? assert.fail("nothing is said of a writer");
  const own = JSON.parse((await one.server().get("/team-server/names/written.dev.example.com")).text) as Writings;
  const [{ cluster, revision, by, at } = assert.fail("the team server knows no writer")] = own;
  expect([cluster, by]).toEqual(["a", hostname()]);
  expect(at).toMatch(/^\d{4}-\d\d-\d\dT\S+Z$/);
  expect(writings).toMatchObject({ team: "dev", writings: own, keys: [] });
  expect([one.url, other.url]).toContain(writings?.via);
  expect(message).toBe(
    `The team server ${writings?.via} has written.dev.example.com of a, written by ${by} at ${at} (revision ${revision}).`,
  );
  await remove(one, "written.dev.example.com");
  await shows(first, "foo.dev.example.com", "bar.qa.example.com");
});

test("a desktop hears who wrote a name of its own domains alone, and asks the team's servers alone", async () => {
  const secret = credentialOf(await team.invite("--domains=qa.example.com"));
  const asked = (name: string) => team.ask(one, `/team/writings?name=${name}`, secret);
  expect(await asked("bar.qa.example.com")).toMatchObject({ status: 200, body: expect.stringContaining('"a"') });
  expect(await asked("foo.dev.example.com")).toMatchObject({
    status: 403,
    body: expect.stringContaining("team-domains-refused"),
  });
  await team.command("revoke", secret.split(".")[0] ?? "");
  // Who answers in the servers' place, with a certificate of another authority, is not asked.
  using folder = temporaryFolder();
  const stranger = await makeCertificates(folder.path, "localhost");
  await team.replaceCertificate(stranger.certificate, stranger.key);
  const note = async () => (await traceSent(first, "foo.dev.example.com"))?.findings[0];
  await eventually(async () => expect(await note()).toMatchObject({ grade: "note", code: "team-certificate" }), {
    intervalMs: 500,
  });
  await team.replaceCertificate(team.certificates.certificate, team.certificates.key);
  await eventually(async () => expect(await note()).toMatchObject({ grade: "ok" }), { intervalMs: 500 });
});

test("where no team server can be reached, doctor says so in a sentence and goes on", async () => {
  await Promise.all([one.door.close(), other.door.close()]);
  const step = await traceSent(first, "foo.dev.example.com");
  expect(step).toMatchObject({ grade: "note", findings: [{ code: "team-unreachable" }] });
  expect(step?.findings[0]?.message).toMatch(
    /^The team dev has foo\.dev\.example\.com, at revision \d+ of its store\. Who wrote it is not known: The team server \S+ does not answer: .+\.$/,
  );
  await Promise.all([one.door.open(), other.door.open()]);
  await isLive(first);
});

test("through cuts, nothing is lost, doubled or listed again", async () => {
  const over = new AbortController();
  const cutting = (async () => {
    while (!over.signal.aborted) {
      for (const { door } of [one, other]) door.cut();
      await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 200));
    }
  })();
  const kept: string[] = [];
  for (let index = 0; index < 40; index += 1) {
    const name = `n${index}.dev.example.com`;
    await create(index % 2 === 0 ? one : other, name);
    if (index % 3 === 0) await remove(index % 2 === 0 ? other : one, name);
    else kept.push(name);
  }
  over.abort();
  await cutting;
  await shows(first, "foo.dev.example.com", "bar.qa.example.com", ...kept);
  expect(await second.desktop.added()).toEqual([`${address} bar.qa.example.com`]);
  await isLive(first);
  expect((await teamOf(first)).relists).toEqual({ first: 1 });
  await remove(one, ...kept);
  await shows(first, "foo.dev.example.com", "bar.qa.example.com");
});

test("what a follower is told has each revision once, in order, whatever server it asks", async () => {
  const secret = credentialOf(await team.invite());
  const token = `${secret.split(".")[0]}.${"C".repeat(43)}`;
  expect((await team.ask(one, "/team/join", secret, { token, desktop: "raw" })).status).toBe(200);
  const listed = await team.ask(other, "/team/list?domains=dev.example.com", token);
  const end = JSON.parse(listed.body.trim().split("\n").at(-1) ?? "") as { position: Record<string, string> };
  const query = new URLSearchParams(end.position).toString();
  const names = Array.from({ length: 30 }, (_, index) => `r${index}.dev.example.com`);
  for (const name of names.slice(0, 15)) await create(one, name);
  const { authority } = team.certificates;
  const flags = ["-sSN", "--cacert", authority, "-H", `Authorization: Bearer ${token}`];
  for (const front of [one, other]) {
    await using follower = await startProgram([
      "curl",
      ...flags,
      `${front.url}/team/changes?domains=dev.example.com&${query}`,
    ]);
    if (front === one) for (const name of names.slice(15)) await create(other, name);
    const read = (): readonly {
      readonly position?: { readonly revision: string };
      readonly set?: [string, string][];
    }[] =>
      follower
        .log()
        .split("\n")
        .filter((line) => line.endsWith("}"))
        .map((line) => JSON.parse(line) as { set?: [string, string][] });
    await eventually(() => expect(read().flatMap(({ set = [] }) => set)).toHaveLength(names.length));
    const keys = read().flatMap(({ set = [] }) => set.map(([key]) => key));
    expect(keys).toEqual(names.map((name) => `/${name.split(".").toReversed().join("/")}/hfs4`));
    const revisions = read().flatMap(({ position }) => (position === undefined ? [] : [Number(position.revision)]));
    expect(revisions).toEqual([...new Set(revisions)].toSorted((left, right) => left - right));
  }
  expect((await team.ask(one, `/team/changes?${query}`, `${secret.split(".")[0]}.${"D".repeat(43)}`)).status).toBe(401);
  expect((await team.ask(one, "/team/changes?cluster=x", token)).status).toBe(400);
  const foreign = new URLSearchParams({ ...end.position, cluster: "1" }).toString();
  expect((await team.ask(one, `/team/changes?${foreign}`, token)).body).toContain("other-cluster");
  const ahead = new URLSearchParams({ ...end.position, revision: "99999999" }).toString();
  expect((await team.ask(one, `/team/changes?${ahead}`, token)).body).toContain("older");
  await remove(one, ...names);
});

test("a server that dies costs no list: the other takes over, and the first one goes on where everybody was", async () => {
  await one.kill();
  await create(other, "after-kill.dev.example.com");
  await shows(first, "foo.dev.example.com", "bar.qa.example.com", "after-kill.dev.example.com");
  await other.kill();
  await eventually(async () => assert.equal((await teamOf(first)).state, "unreachable"));
  await one.start();
  await remove(one, "after-kill.dev.example.com");
  await shows(first, "foo.dev.example.com", "bar.qa.example.com");
  await other.start();
  await isLive(first);
  expect((await teamOf(first)).relists).toEqual({ first: 1 });
});

test("who fell too far behind lists again", async () => {
  await Promise.all([one.door.close(), other.door.close()]);
  await eventually(async () => assert.equal((await teamOf(first)).state, "unreachable"));
  await create(one, "while-away.dev.example.com");
  await remove(one, "foo.dev.example.com");
  await team.etcd.compact();
  await Promise.all([one.kill(), other.kill()]);
  await Promise.all([one.start(), other.start()]);
  expect(await first.desktop.added()).toContain(`${address} foo.dev.example.com`);
  await Promise.all([one.door.open(), other.door.open()]);
  await shows(first, "bar.qa.example.com", "while-away.dev.example.com");
  expect((await teamOf(first)).relists).toEqual({ first: 1, compacted: 1 });
});

test("a certificate is replaced without a restart, and a wrong one is named in a sentence while names stay", async () => {
  using folder = temporaryFolder();
  const names = await first.desktop.added();
  const says = (words: string): Promise<void> =>
    eventually(
      async () => {
        for (const { door } of [one, other]) door.cut();
        assert.ok((await teamOf(first)).reason?.includes(words), `${(await teamOf(first)).reason}`);
      },
      { intervalMs: 500 },
    );
  const stranger = await makeCertificates(folder.path, "localhost");
  await team.replaceCertificate(stranger.certificate, stranger.key);
  await says("is not signed by the authority of the invitation");
  const authority = {
    certificate: team.certificates.authority,
    key: join(team.certificates.authority, "..", "ca.key"),
  };
  const signer = await openSigner(join(folder.path, "signer"), "/CN=localhost", authority);
  await team.replaceCertificate(await signer.sign("over"), signer.key);
  await says("has expired");
  expect(await first.desktop.added()).toEqual(names);
  await team.replaceCertificate(team.certificates.certificate, team.certificates.key);
  await isLive(first);
});

test("a desktop whose invitation is taken back keeps its names and says so; leaving takes them away", async () => {
  const names = await first.desktop.added();
  await team.command("revoke", credentialOf(invitation).split(".")[0] ?? "");
  await eventually(async () => assert.match((await teamOf(first)).reason ?? "", /does not know this desktop/));
  await create(one, "unseen.dev.example.com");
  await create(one, "seen.qa.example.com");
  await shows(second, "bar.qa.example.com", "seen.qa.example.com");
  expect(await first.desktop.added()).toEqual(names);
  expect(await command(first, "leave", "dev", "--yes")).toContain("Left.");
  expect(await first.desktop.hosts()).toBe(userLines);
});
