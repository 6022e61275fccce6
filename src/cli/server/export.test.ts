/** What `export` prints can be put into a file as it is: each format has what it can hold, and nothing else is printed. */
import { describe, expect, test } from "vitest";
import { type SaidAnswer, answeringServer } from "../../../test/support/answering-server.ts";
import { runHere } from "../../../test/support/here.ts";
import { type Names, namesSchema } from "../../contract/names.ts";

function named(name: string, ...addresses: readonly string[]): Names["names"][number] {
  return {
    name,
    addresses: [...addresses],
    cluster: "default",
    resource: "ingress/default/test",
    sinks: ["hosts-file"],
  };
}

const names: Names = {
  names: [
    named("*.wild.dtk.io", "192.0.2.1"),
    named("_sip.dtk.io", "192.0.2.1"),
    named("bar.dtk.io", "192.0.2.1", "fd00::1"),
    named("foo.dtk.io", "192.0.2.2"),
    { ...named("text.dtk.io"), records: [{ type: "TXT", targets: ["hello"] }] },
  ],
};

async function print(flags: readonly string[], answer: SaidAnswer = { body: JSON.stringify(names) }) {
  await using server = await answeringServer(() => answer);
  const printed = await runHere(["export", "--host=127.0.0.1", `--port=${server.port}`, ...flags]);
  return { ...printed, requests: server.requests };
}

describe("names of hosts", () => {
  const hosts = "192.0.2.1 bar.dtk.io\nfd00::1 bar.dtk.io\n192.0.2.2 foo.dtk.io\n";

  test.each(["", "--format=hosts"])("are lines of a hosts file (%j)", async (flag) => {
    expect(await print(flag === "" ? [] : [flag])).toMatchObject({
      exitCode: 0,
      output: hosts,
      talk: "",
      requests: ["GET /names"],
    });
  });

  test("are host records of dnsmasq, which do not answer for what is below them", async () => {
    const { output } = await print(["--format=dnsmasq"]);
    expect(output.split("\n")).toEqual([
      "host-record=bar.dtk.io,192.0.2.1",
      "host-record=bar.dtk.io,fd00::1",
      "host-record=foo.dtk.io,192.0.2.2",
      "",
    ]);
  });

  test("no names are no bytes", async () => {
    const nothing = { body: '{"names":[]}' };
    for (const format of ["hosts", "dnsmasq"]) expect((await print([`--format=${format}`], nothing)).output).toBe("");
  });
});

test("JSON has every name with its records, and is what a script parses", async () => {
  const { output } = await print(["--format=json"]);
  expect(namesSchema.parse(JSON.parse(output))).toEqual(names);
});

test("zones are printed as the server wrote them, to the octet", async () => {
  const body = '$ORIGIN dtk.io.\n@ 60 IN SOA ns. mail. 1 2 3 4 5\n*.wild 60 IN A 192.0.2.1\nt 60 IN TXT "a\\"b\\009"\n';
  expect(await print(["--format=zone"], { body })).toMatchObject({
    exitCode: 0,
    output: body,
    requests: ["GET /zones"],
  });
});

test.each([
  ["--format=bind", "--format: "],
  ["--format", "argument missing"],
  ["names.hosts", "too many arguments"],
])("%s is wrong usage, and nothing is asked", async (word, sentence) => {
  const { exitCode, output, talk, requests } = await print([word]);
  expect([exitCode, output, requests]).toEqual([2, "", []]);
  expect(talk).toContain(sentence);
});

test("a name that holds control characters does not become a line", async () => {
  const odd = { names: [named("foo.dtk.io\n10.0.0.1 bank.example", "192.0.2.1"), named("ok.dtk.io", "192.0.2.1")] };
  const body = JSON.stringify(odd);
  expect((await print([], { body })).output).toBe("192.0.2.1 ok.dtk.io\n");
  expect((await print(["--format=dnsmasq"], { body })).output).toBe("host-record=ok.dtk.io,192.0.2.1\n");
});
