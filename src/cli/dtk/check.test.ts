/** `dtk check` looks at the way on which the cluster is fed: from a pod to the server, or by a watcher. */
import { expect, test } from "vitest";
import { openDTKPlace } from "../../../test/support/dtk-place.ts";

interface Checked {
  readonly id: string;
  readonly grade: string;
}

function gradesOf(output: string): Readonly<Record<string, string>> {
  const { checks } = JSON.parse(output) as { readonly checks: readonly Checked[] };
  return Object.fromEntries(checks.map(({ id, grade }) => [id, grade]));
}

test("a cluster that is left to the watcher needs no way from a pod to the server, but a watcher", async () => {
  await using place = await openDTKPlace();
  place.configure("feed: watch");
  const { output, talk, exitCode } = await place.run("check --json");
  expect(gradesOf(output)).toMatchObject({
    "server-answers": "ok",
    "cluster-reachable": "ok",
    "cluster-feed": "problem",
  });
  expect(Object.keys(gradesOf(output))).not.toContain("external-dns-installed");
  expect(talk).not.toContain("from inside the cluster");
  expect(exitCode).toBe(1);
});

test.each(["feed: watch", "feed: external-dns"])(
  "a cluster that a watcher feeds is looked at as such (%s)",
  async (line) => {
    await using place = await openDTKPlace();
    place.configure(line);
    await place.report();
    const { output } = await place.run("check --json");
    expect(gradesOf(output)).toMatchObject({ "server-answers": "ok", "cluster-feed": "ok" });
    expect(output).toContain("The watcher of ann feeds this cluster as kind-a.");
    expect(Object.keys(gradesOf(output))).not.toContain("server-from-inside");
  },
);

test("as text it names the fault first, with what to type", async () => {
  await using place = await openDTKPlace();
  place.configure("feed: watch");
  const { output, exitCode } = await place.run("check --quiet");
  expect(output).toContain("PROBLEM");
  expect(output).toContain("dns.feed is watch in the configuration, but no watcher feeds this cluster.");
  expect(output).toContain("hostsfile-server watch");
  expect(exitCode).toBe(1);
});

test("one without a server is one sentence that says how to start it, and exit 3", async () => {
  await using place = await openDTKPlace();
  await place.server.stop();
  const { output, talk, exitCode } = await place.run("check");
  expect([output, exitCode]).toEqual(["", 3]);
  expect(talk).toContain("No hostsfile-server answers");
  expect(talk).toContain("sudo hostsfile-server");
});

test.each(["--probe-image", "--config="])("%s without a value is wrong usage", async (flag) => {
  await using place = await openDTKPlace();
  expect(await place.run(`check ${flag}`)).toMatchObject({ exitCode: 2, output: "" });
});
