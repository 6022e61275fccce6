/** How much of the machine the service could reach, by systemd's own count, and that each point of it has a reason. */
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serviceUnit } from "../src/platform/systemd/units.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Since version 250 systemd judges a unit that is not installed. */
const version = Number(/\d+/.exec(spawnSync("systemd-analyze", ["--version"], { encoding: "utf8" }).stdout ?? "")?.[0]);

interface Rated {
  readonly name: string;
  readonly exposure: string | null;
}

function analyze(hasAddon: boolean): { readonly overall: number; readonly remaining: Map<string, string> } {
  using folder = temporaryFolder();
  const unit = join(folder.path, "hostsfile-server.service");
  writeFileSync(unit, serviceUnit(["/bin/true"], { hasAddon }));
  const say = (...flags: readonly string[]): string =>
    spawnSync("systemd-analyze", ["security", "--offline=true", "--no-pager", ...flags, unit], { encoding: "utf8" })
      .stdout;
  const rated = JSON.parse(say("--json=short")) as readonly Rated[];
  return {
    overall: Number(/Overall exposure level for \S+: ([\d.]+)/.exec(say())?.[1]),
    remaining: new Map(rated.flatMap(({ name, exposure }) => (Number(exposure) > 0 ? [[name, exposure ?? ""]] : []))),
  };
}

function listed(): Map<string, string> {
  const page = readFileSync("docs/adr/0011-one-process-without-powers.md", "utf8");
  return new Map(
    [...page.matchAll(/^\| `([^`]+)` \| ([\d.]+) \| .+ \|$/gm)].map(([, name = "", points = ""]) => [name, points]),
  );
}

test.runIf(version >= 250)("the exposure is at most 1.5, and what remains is listed with its reason", () => {
  const { overall, remaining } = analyze(true);
  expect(overall).toBeLessThanOrEqual(1.5);
  for (const [name, points] of remaining) expect([name, listed().get(name)]).toEqual([name, points]);
  for (const name of listed().keys()) expect([...remaining.keys()]).toContain(name);
});

test.runIf(version >= 250)("without the addon systemd-notify speaks, and nothing else remains", () => {
  const [one, other] = [analyze(true), analyze(false)];
  expect(new Set(other.remaining.keys())).toEqual(new Set([...one.remaining.keys(), "NotifyAccess="]));
  expect(other.overall).toBeLessThanOrEqual(1.6);
});
