/** What the server knows of a name decides whether it goes on to the hosts file. */
import { expect, test } from "vitest";
import { clusterOf, statusOf, teamOf } from "../../../test/support/status.ts";
import {
  findElsewhere,
  findTeam,
  judgeManaged,
  judgeSent,
  judgeShown,
  judgeTeam,
  judgeWritings,
} from "./trace-server.ts";

const name = "foo.dtk.io";
const cluster = clusterOf({ clusterIPs: ["10.0.0.1"] });

test("a name outside the managed domains, with the command for its domain", () => {
  const status = statusOf({ clusters: [cluster] });
  const url = "http://localhost:5000/domains";
  expect(judgeManaged("a.foo.dtk.io", status, url)).toMatchObject({ grade: "ok" });
  expect(judgeManaged("x.my.test", status, url)).toMatchObject({
    code: "not-managed",
    message: "x.my.test lies outside the managed domains (dtk.io).",
    hint: "Manage its domain:",
    command: "curl -d my.test http://localhost:5000/domains",
  });
  expect(judgeManaged("evildtk.io", statusOf(), url)).toMatchObject({ message: expect.stringContaining("(none)") });
});

test("what was not sent, and what was refused when it was", () => {
  const refused = { name, cluster: "default", reason: "not-a-dns-name", sentence: "It is none." };
  const some = <Item>(...list: Item[]) => ({ total: list.length, list });
  expect(judgeSent(name, ["default"], statusOf())).toMatchObject({ grade: "ok" });
  expect(judgeSent(name, [], statusOf({ leftOut: some(refused) }))).toMatchObject({
    grade: "problem",
    code: "not-a-dns-name",
    message: "It is none.",
  });
  expect(judgeSent(name, [], statusOf())).toMatchObject({ grade: "problem", code: "name-not-sent" });
  const shown = { name, addresses: ["10.0.0.1"], cluster: "kind", resource: null, since: null };
  expect(judgeSent(name, [], statusOf({ names: some(shown) }))).toEqual({
    grade: "ok",
    message: "The server has foo.dtk.io of kind, though not from ExternalDNS.",
  });
});

test("what is shown, and what is kept from it", () => {
  const conflict = { name, line: 3, text: "10.0.0.9 foo.dtk.io" };
  const sink = {
    name: "hosts file",
    ok: true,
    lastWrittenAt: null,
    method: null,
    conflicts: { total: 1, list: [conflict] },
    trouble: null,
  };
  const shown = { name, addresses: ["10.0.0.1"], cluster: "default", resource: null, since: null };
  const kept = { name, cluster: "default", reason: "own-name", sentence: "It is this machine's." };
  const some = <Item>(...list: Item[]) => ({ total: list.length, list });
  expect(judgeShown(name, statusOf({ names: some(shown) }))).toEqual({
    grade: "ok",
    message: "The server shows foo.dtk.io with 10.0.0.1.",
  });
  expect(judgeShown(name, statusOf({ sinks: [sink] }))).toMatchObject({ grade: "problem", code: "name-is-yours" });
  expect(judgeShown(name, statusOf({ notShown: some(kept) }))).toMatchObject({ grade: "problem", code: "own-name" });
  expect(judgeShown(name, statusOf())).toMatchObject({ grade: "ok" });
});

test("of several sinks those that show it are named", () => {
  const sink = { ok: true, lastWrittenAt: null, method: null, conflicts: { total: 0, list: [] }, trouble: null };
  const sinks = [
    {
      ...sink,
      id: "hosts-file",
      name: "hosts file",
      refused: { total: 1, list: [{ name, reason: "x", sentence: "No." }] },
    },
    { ...sink, id: "zone", name: "DNS zone" },
  ];
  const entry = { name, addresses: ["10.0.0.1"], cluster: "default", resource: null, since: null };
  const status = (ids: string[]) => statusOf({ sinks, names: { total: 1, list: [{ ...entry, sinks: ids }] } });
  expect(judgeShown(name, status(["zone"]))).toMatchObject({
    message: "The server shows foo.dtk.io with 10.0.0.1 in the DNS zone.",
  });
  expect(findElsewhere(name, status(["zone"]))).toEqual({
    addresses: ["10.0.0.1"],
    sinks: ["DNS zone"],
    because: "No.",
  });
  for (const ids of [["hosts-file", "zone"], ["hosts-file"], []]) {
    expect(findElsewhere(name, status(ids))).toBeUndefined();
  }
});

test("a name in a team's domain is the team's, unless a cluster has the domain too", () => {
  const teams = [teamOf({ domains: ["dtk.io"] })];
  expect(judgeManaged(name, statusOf({ teams }), "url")).toEqual({
    grade: "ok",
    message: "foo.dtk.io lies in a domain of the team dev.",
  });
  expect(findTeam(name, statusOf({ teams, clusters: [clusterOf()] }))).toBeUndefined();
  expect(findTeam("foo.other.io", statusOf({ teams }))).toBeUndefined();
});

test("what a team has, and where to look for what it has not", () => {
  const [team, some] = [teamOf({ domains: ["dtk.io"] }), <Item>(...list: Item[]) => ({ total: list.length, list })];
  const shown = { name, addresses: ["10.0.0.1"], cluster: "team:dev", team: "dev", resource: null, since: null };
  expect(judgeTeam(name, team, statusOf({ names: some(shown) }))).toEqual({
    grade: "ok",
    message: "The team dev has foo.dtk.io, at revision 7 of its store.",
  });
  expect(judgeTeam(name, team, statusOf())).toMatchObject({
    grade: "problem",
    code: "name-not-sent",
    command: "etcdctl --endpoints=e1.example.com:2379,e2.example.com:2379 get --prefix /skydns/io/dtk/foo",
  });
});

test("a team's name is traced to the server that wrote it, and when", () => {
  const written = { cluster: "a", revision: "42", by: "host1", at: "2026-01-01T00:00:00.000Z" };
  expect(judgeWritings(name, [written], statusOf())).toEqual({
    grade: "ok",
    message: "The team has foo.dtk.io of a, written by host1 at 2026-01-01T00:00:00.000Z (revision 42).",
    writings: { team: null, via: null, writings: [written], keys: [] },
  });
  expect(judgeWritings(name, [], statusOf())).toMatchObject({ grade: "problem", code: "name-not-sent" });
});
