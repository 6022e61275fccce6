/** Completion and manual pages come from the declarations, so that a new command is in all of them. */
import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { renderBash, renderFish, renderZsh } from "../scripts/packages/completion.ts";
import { renderManual } from "../scripts/packages/manual.ts";
import { hostsfileServer } from "../src/cli/server/commands.ts";
import { dtk } from "../src/cli/dtk/commands.ts";

const programs = [hostsfileServer, dtk];

/** What bash offers for words of which the last one is being typed. */
function completedByBash(script: string, ...words: readonly string[]): readonly string[] {
  const [program = ""] = words;
  const line = words.map((word) => `'${word}'`).join(" ");
  const ask = `COMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _${program.replaceAll("-", "_")} 2>/dev/null`;
  const output = execFileSync("bash", ["-c", `${script}\n${ask}; printf '%s\\n' "\${COMPREPLY[@]}"`], {
    encoding: "utf8",
  });
  return output.trim().split("\n");
}

describe.each(programs)("$name", (program) => {
  const { name, commands } = program;

  test("bash offers every command, and behind it each of its flags", () => {
    const script = renderBash(program);
    const first = completedByBash(script, name, "");
    for (const command of commands) {
      const [word = "", second] = command.name.split(" ");
      expect(first).toContain(word);
      if (second !== undefined) expect(completedByBash(script, name, word, "")).toContain(second);
      const flags = completedByBash(script, name, ...command.name.split(" "), "--");
      for (const { flag, placeholder } of Object.values(command.settings)) {
        expect(flags).toContain(`--${flag}${placeholder === undefined ? "" : "="}`);
      }
    }
  });

  test("zsh, fish and the manual page have every command and flag, too", () => {
    const texts = [renderZsh(program), renderFish(program)];
    const manual = renderManual({ program, section: 8, description: "", files: [], seeAlso: "" }).replaceAll(
      "\\-",
      "-",
    );
    for (const command of commands) {
      for (const word of command.name.split(" ")) for (const text of texts) expect(text).toContain(word);
      expect(manual).toContain(`.SS ${command.name}\n`);
      for (const { flag } of Object.values(command.settings)) {
        for (const text of [...texts, manual]) expect(text).toMatch(new RegExp(`\\b${flag}\\b`));
      }
    }
  });
});

test("bash completes an add-on, files of a flag, and the flags of the default command", () => {
  expect(completedByBash(renderBash(dtk), "dtk", "uninstall-addon", "ext")).toEqual(["external-dns"]);
  expect(completedByBash(renderBash(dtk), "dtk", "install-addon", "--config", "packag")).toContain("package.json");
  expect(completedByBash(renderBash(dtk), "dtk", "install-addon", "--config", "=", "packag")).toContain("package.json");
  const script = renderBash(hostsfileServer);
  expect(completedByBash(script, "hostsfile-server", "--clus")).toEqual(["--cluster-ip="]);
  expect(completedByBash(script, "hostsfile-server", "--port", "=", "5001", "--clus")).toEqual(["--cluster-ip="]);
});
