/** Holds the documentation to the program: what it names must exist, and what exists must be named. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { configurationPath, renderConfiguration } from "../scripts/generate-docs.ts";
import { renderStatusPage, statusPath } from "../scripts/status-page.ts";
import { hostsfileServer } from "../src/cli/server/commands.ts";
import { dtk } from "../src/cli/dtk/commands.ts";
import { rewriteSeedSpelling } from "../src/cli/seed-spelling.ts";
import type { Setting } from "../src/cli/setting.ts";
import { reportSchema } from "../src/doctor/report.ts";
import { statusSchema } from "../src/contract/status.ts";
import { guideIngress } from "./cluster/resources.ts";
import { chainFaults, watchFaults } from "./support/faults.ts";
import { startHere } from "./support/here.ts";
import { hostsFaults } from "./support/hosts-faults.ts";
import { resolverFaults, responderFaults } from "./support/resolver-faults.ts";
import { curl } from "./support/http.ts";
import { anchorOf, codeOf, fencesOf, headingsOf, linksOf, readPage, readPages } from "./support/markdown.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const pages = readPages();

test("the configuration page is what the declarations say (npm run docs writes it)", () => {
  expect(readFileSync(configurationPath, "utf8")).toBe(renderConfiguration());
});

test("the page of the status is what its schema says (npm run docs writes it)", () => {
  expect(readFileSync(statusPath, "utf8")).toBe(renderStatusPage());
});

describe("README", () => {
  const page = readPage("README.md");

  test("has the two commands of the set-up, each in a block of its own", () => {
    const alone = fencesOf(page).map(({ code }) => code);
    expect(alone).toContain("$ npm ci && ./hostsfile-server demo\n");
    expect(alone).toContain("$ npm ci && npm test\n");
  });

  test("fits one screen", () => {
    expect(page.text.split("\n").length).toBeLessThanOrEqual(70);
  });
});

describe.each(pages)("$path", (page) => {
  test("links lead to what is there", () => {
    const broken = linksOf(page).filter((link) => !link.startsWith("https:") && !isThere(page.path, link));
    expect(broken).toEqual([]);
  });

  test("headings have one anchor each", () => {
    const anchors = headingsOf(page).map(anchorOf);
    expect(anchors.filter((anchor, index) => anchors.indexOf(anchor) !== index)).toEqual([]);
  });

  test("commands, flags and their values exist", () => {
    expect(codeOf(page).flatMap(readCommandLines).flatMap(findProblems)).toEqual([]);
  });
});

function isThere(from: string, link: string): boolean {
  const [file = "", anchor] = link.split("#");
  const path = file === "" ? from : normalize(join(dirname(from), file));
  if (anchor === undefined || !existsSync(path)) return existsSync(path);
  return statSync(path).isFile() && headingsOf(readPage(path)).map(anchorOf).includes(anchor);
}

/** The words of each call of one of our programs, that one first. */
function readCommandLines(code: string): readonly (readonly string[])[] {
  return [...code.matchAll(/(?:^|[ (])(?:\.\/)?(hostsfile-server|dtk)((?: [^\s|&;>#()]+)*)/gm)].map(
    ([, program = "", words = ""]) => [program, ...words.split(" ").slice(1)],
  );
}

function findProblems(commandLine: readonly string[]): readonly string[] {
  const [program, , ...words] = rewriteSeedSpelling([commandLine[0] ?? "", "", ...commandLine.slice(1)]);
  const { commands, defaultCommand = "" } = program === "dtk" ? dtk : hostsfileServer;
  const [first = "", second = ""] = words;
  if (["--help", "--version"].includes(first) || (words.length === 0 && defaultCommand === "")) return [];
  const isNamed = first !== "" && !first.startsWith("-");
  const command = commands.find(
    ({ name }) => name === (isNamed ? first : defaultCommand) || name === `${first} ${second}`,
  );
  if (command === undefined) return [`${first} is not a command`];
  const flags = words.filter((word) => word.startsWith("--"));
  return flags.flatMap((flag) => findProblem(flag, Object.values(command.settings)));
}

function findProblem(word: string, settings: readonly Setting[]): readonly string[] {
  const [flag = "", ...values] = word.split("=");
  if (flag === "--help" || flag === "--version") return [];
  const setting = settings.find((known) => `--${known.flag}` === flag);
  if (setting === undefined) return [`${flag} is not a flag`];
  const value = values.join("=");
  const isExample = value !== "" && !/["$]|^[A-Z]+$/.test(value);
  return isExample && !setting.schema.safeParse([value]).success ? [`${word} is refused`] : [];
}

test("a command that does not exist would be found", () => {
  const problems = (code: string): readonly string[] => readCommandLines(code).flatMap(findProblems);
  expect(problems("sudo ./hostsfile-server reinstall --yes")).toEqual(["reinstall is not a command"]);
  expect(problems("TOKEN=$(hostsfile-server token --clusters=a)")).toEqual(["--clusters is not a flag"]);
  expect(problems("hostsfile-server --cluster-ip=300.0.0.1")).toEqual(["--cluster-ip=300.0.0.1 is refused"]);
  expect(problems("./dtk --install-addon nothing")).toEqual(problems("./dtk install-addon nothing"));
  expect(problems("./dtk config shew")).toEqual(["config is not a command"]);
  expect(problems("./dtk config show --cluster=A_B")).toEqual(["--cluster=A_B is refused"]);
});

describe("troubleshooting", () => {
  const entries = headingsOf(readPage("docs/troubleshooting.md")).filter((heading) =>
    /^[a-z]+(?:-[a-z]+)*$/.test(heading),
  );
  const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
    .map((path) => readFileSync(join("src", path), "utf8"));

  /** Codes of troubles have a hyphen, which tells them from those of the system and of zod. */
  const codes = sources.flatMap((text) =>
    [...text.matchAll(/\bcode: (?:[^,;{}"]+\? )?"([a-z]+(?:-[a-z]+)+)"(?: : "([a-z]+(?:-[a-z]+)+)")?/g)].flatMap(
      ([, code, other]) => [code, other].filter((found) => found !== undefined),
    ),
  );
  const reasons = [
    "NotShownReason",
    "HostsFileReason",
    "ResponderReason",
    "ProjectionReason",
    "LeftOutReason",
    "DenialReason",
    "NotAskedReason",
    "WatchReason",
    "TeamRefusal",
  ].flatMap((type) => {
    const union = sources.flatMap((text) => new RegExp(`(?:export )?type ${type} =([^;]+);`).exec(text)?.[1] ?? []);
    return [...union.join("").matchAll(/"([a-z-]+)"/g)].map(([, reason = ""]) => reason);
  });
  const needed = new Set([...codes, ...reasons]);

  test("the collection finds plain codes, chosen codes, each kind of reason, and events of the log", () => {
    expect([...needed]).toEqual(
      expect.arrayContaining([
        "port-taken",
        "server-refused",
        "token-needed",
        "wildcard",
        "not-an-endpoint",
        "host",
        "line-added",
        "internal-error",
      ]),
    );
  });

  test("has an entry for each code and reason, and none besides", () => {
    expect([...needed].filter((code) => !entries.includes(code)).toSorted(), "without an entry").toEqual([]);
    expect(
      entries.filter((entry) => !needed.has(entry)),
      "without a code",
    ).toEqual([]);
  });
});

test("the tests that SECURITY names are there", () => {
  const named = [...readPage("SECURITY.md").text.matchAll(/\| `(\S+\.test\.ts)`: (.+) \|$/gm)];
  expect(named.length).toBeGreaterThan(5);
  for (const [, path = "", title = ""] of named) expect(readFileSync(path, "utf8")).toContain(`"${title}"`);
});

test("the example of doctor's report has every field and no other", () => {
  const fences = fencesOf(readPage("docs/troubleshooting.md"));
  const example: unknown = JSON.parse(fences.find(({ language }) => language === "json")?.code ?? "");
  expect(reportSchema.parse(example)).toEqual(example);
});

test("the table of faults has what the end-to-end tests make and repair, and nothing else", () => {
  const rows = [...hostsFaults, ...watchFaults, ...responderFaults, ...resolverFaults, ...chainFaults].map(
    ({ fault, code, fix }) => `| ${fault} | [${code}](#${code}) | ${fix} |`,
  );
  const [, section = ""] = readPage("docs/troubleshooting.md").text.split("## Faults that doctor is proven on\n");
  const [table = ""] = section.split("\n## ");
  expect(table.split("\n").filter((line) => line.includes("](#"))).toEqual(rows);
});

describe("protocol", () => {
  const page = readPage("docs/protocol.md");

  test("the example of the status has every field and no other", () => {
    const example: unknown = JSON.parse(fencesOf(page).find(({ language }) => language === "json")?.code ?? "");
    expect(statusSchema.parse(example)).toEqual(example);
  });

  test("its curl commands are answered with the codes that it says", async () => {
    using folder = temporaryFolder();
    const place = [`--hosts-file=${join(folder.path, "hosts")}`, `--state-dir=${join(folder.path, "state")}`];
    await using server = await startHere(["--host=127.0.0.1", ...place]);
    const lines = fencesOf(page).flatMap(({ code }) => [...code.matchAll(/^curl (.+?) +# (\d+)$/gm)]);
    expect(lines.length).toBeGreaterThan(20);
    for (const [line, parameters = "", code] of lines) {
      expect(`${line.split("#")[0]}# ${await statusOf(server.url, parameters)}`).toBe(`${line.split("#")[0]}# ${code}`);
    }
  });
});

async function statusOf(server: string, parameters: string): Promise<number> {
  const words = [...parameters.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
  const after = (flag: string): string | undefined =>
    words.includes(flag) ? words[words.indexOf(flag) + 1] : undefined;
  const [method, body] = [after("-X"), after("-d")];
  const url = words.at(-1)?.replace("http://localhost:5000", server) ?? "";
  return (await curl(url, { ...(method !== undefined && { method }), ...(body !== undefined && { body }) })).status;
}

test("the tutorial's Ingress is the one that the end-to-end tests apply", () => {
  const applied = fencesOf(readPage("docs/tutorial.md")).map(({ code }) => code);
  expect(applied).toContain(`cat <<EOF | kubectl -n default apply -f -\n${guideIngress}EOF\n`);
});

describe("decisions", () => {
  const names = readdirSync("docs/adr")
    .filter((name) => /^\d/.test(name))
    .toSorted();

  test("are numbered without a gap, and the index names each", () => {
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(names.map((_, index) => index + 1));
    expect(linksOf(readPage("docs/adr/README.md"))).toEqual(names);
  });

  test.each(names)("%s has context, decision and consequences", (name) => {
    expect(headingsOf(readPage(`docs/adr/${name}`)).slice(1)).toEqual(["Context", "Decision", "Consequences"]);
  });

  test("the manifest has no engines field, which npm would warn of (decision 4)", () => {
    expect(manifest).not.toHaveProperty("engines");
  });
});

test.each(readdirSync("docs/images"))("the picture %s is shown, and smaller than 150 kB", (name) => {
  const shown = pages.flatMap((page) => linksOf(page).map((link) => normalize(join(dirname(page.path), link))));
  expect(shown).toContain(`docs/images/${name}`);
  expect(statSync(join("docs/images", name)).size).toBeLessThan(150_000);
});

test("the changes name the version", () => {
  expect(headingsOf(readPage("CHANGELOG.md")).some((heading) => heading.includes(manifest.version))).toBe(true);
});

test("the license is the one that the manifest names", () => {
  expect(manifest.license).toBe("Apache-2.0");
  expect(readFileSync("LICENSE", "utf8")).toMatch(/Apache License\s+Version 2\.0/);
});
