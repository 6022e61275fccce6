/** What shells complete, from the declarations of the commands: bash, zsh and fish. */
import type { CommandDeclaration, ProgramDeclaration } from "../../src/cli/command.ts";
import type { Setting } from "../../src/cli/setting.ts";

function wordsOf({ commands }: ProgramDeclaration): readonly string[] {
  return [...new Set(commands.map(({ name }) => name.split(" ")[0] ?? name))];
}

function flagsOf({ settings }: CommandDeclaration): readonly string[] {
  return [...Object.values(settings).map(flagOf), "--help"];
}

function flagOf({ flag, placeholder }: Setting): string {
  return `--${flag}${placeholder === undefined ? "" : "="}`;
}

/** Flags without a command are those of the default one. */
function flagsByCommand(program: ProgramDeclaration): ReadonlyMap<string, readonly string[]> {
  const flags = new Map<string, readonly string[]>();
  for (const command of program.commands) {
    const word = command.name.split(" ")[0] ?? command.name;
    flags.set(word, [...new Set([...(flags.get(word) ?? []), ...flagsOf(command)])]);
  }
  return flags;
}

/** For bash, which asks a function (bash(1), Programmable Completion). */
export function renderBash(program: ProgramDeclaration): string {
  const { name, defaultCommand = "" } = program;
  const id = `_${name.replaceAll("-", "_")}`;
  const cases = [...flagsByCommand(program)].map(([word, flags]) => `    ${word}) flags="${flags.join(" ")}" ;;`);
  return `# bash completion for ${name}
${id}() {
  local current=\${COMP_WORDS[COMP_CWORD]} command=${defaultCommand} flags= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in -*) ;; *) command=$word; break ;; esac
  done
  case $command in
${cases.join("\n")}
  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$flags --version" -- "$current"))
    [[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
  elif ((COMP_CWORD == 1)); then
    COMPREPLY=($(compgen -W "${wordsOf(program).join(" ")}" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}
complete -F ${id} ${name}
`;
}

/** For zsh, which finds the function by the file's name (zshcompsys(1)). */
export function renderZsh(program: ProgramDeclaration): string {
  const commands = [...new Map(program.commands.map(({ name, summary }) => [name.split(" ")[0] ?? name, summary]))];
  const cases = [...flagsByCommand(program)].map(
    ([word, flags]) =>
      `    ${word}) _arguments ${flags.map((flag) => `'${flag.replace("=", "=:value:_files")}'`).join(" ")} ;;`,
  );
  return `#compdef ${program.name}
local -a commands
commands=(
${commands.map(([word, summary]) => `  '${word}:${summary.replaceAll("'", "").replaceAll(":", "")}'`).join("\n")}
)
if (( CURRENT == 2 )); then
  _describe command commands
else
  case $words[2] in
${cases.join("\n")}
  esac
fi
`;
}

/** For fish (complete(1) of fish). */
export function renderFish(program: ProgramDeclaration): string {
  const { name, commands } = program;
  const lines = commands.flatMap(({ name: words, summary, settings }) => {
    const word = words.split(" ")[0] ?? words;
    const flags = Object.values(settings).map(
      ({ flag, placeholder, doc }) =>
        `complete -c ${name} -n '__fish_seen_subcommand_from ${word}' -l ${flag}${placeholder === undefined ? "" : " -r"} -d '${quote(doc)}'`,
    );
    return [`complete -c ${name} -n __fish_use_subcommand -a ${word} -d '${quote(summary)}'`, ...flags];
  });
  return `${[`complete -c ${name} -f`, ...new Set(lines)].join("\n")}\n`;
}

function quote(text: string): string {
  return text.replaceAll(/[`\\]/g, "").replaceAll("'", "\\'");
}
