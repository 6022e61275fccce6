/** What shells complete, from the declarations of the commands: bash, zsh and fish. */
import type { CommandDeclaration, ProgramDeclaration } from "../../src/cli/command.ts";
import { type Setting, describeSetting } from "../../src/cli/setting.ts";

/** What can follow the words that were typed so far. */
interface Place {
  /** The words of the command so far, as in `config show`; empty at the beginning. */
  readonly path: string;
  readonly settings: readonly Setting[];
  /** Words that can come next, with what they are for. */
  readonly words: readonly (readonly [word: string, summary: string])[];
}

/** Flags without a command are those of the default one. */
function placesOf({ commands, defaultCommand, groups }: ProgramDeclaration): readonly Place[] {
  const single = commands.filter(({ name }) => !name.includes(" "));
  const settingsOf = (command: CommandDeclaration | undefined): readonly Setting[] =>
    Object.values(command?.settings ?? {});
  const first: Place = {
    path: "",
    settings: settingsOf(commands.find(({ name }) => name === defaultCommand)),
    words: [...single.map(({ name, summary }) => [name, summary] as const), ...Object.entries(groups)],
  };
  const inGroups = Object.keys(groups).map((group): Place => {
    const words = commands.flatMap(({ name, summary }) => {
      const [before, word] = name.split(" ");
      return before === group && word !== undefined ? [[word, summary] as const] : [];
    });
    return { path: group, settings: [], words };
  });
  const inCommands = commands.map((command): Place => {
    const words = Object.values(command.positionals).flatMap(({ choices = [], doc }) =>
      choices.map((choice) => [choice, doc] as const),
    );
    return { path: command.name, settings: settingsOf(command), words };
  });
  return [first, ...inGroups, ...inCommands];
}

/** Whether its value is the path of something, which shells can complete. */
function isPath({ placeholder }: Setting): boolean {
  return /^(?:FILE|FOLDER|PATH)$/.test(placeholder ?? "");
}

/** For bash, which asks a function (bash(1), Programmable Completion). */
export function renderBash(program: ProgramDeclaration): string {
  const { name } = program;
  const id = `_${name.replaceAll("-", "_")}`;
  const places = placesOf(program);
  const paths = places.flatMap(({ path }) => (path === "" ? [] : [`"${path}"`]));
  const cases = places.map(({ path, settings, words }) => {
    const flags = settings.map(({ flag, placeholder }) => `--${flag}${placeholder === undefined ? "" : "="}`);
    return `    "${path}") flags="${flags.join(" ")}" words="${words.map(([word]) => word).join(" ")}" ;;`;
  });
  return `# bash completion for ${name}
${id}() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command= flags= words= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "\${command:+$command }$word" in
    ${paths.join("|")}) command="\${command:+$command }$word" ;;
    esac
  done
  case $command in
${cases.join("\n")}
  esac
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags --help --version" -- "$current")
    [[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
  elif [[ -n $words && $current != = && $before != = && " $flags " != *" $before= "* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  else
    # The "=" of a flag is a word of its own.
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -- "\${current#=}")
  fi
  return 0
}
complete -F ${id} ${name}
`;
}

/** For zsh, which finds the function by the file's name (zshcompsys(1)). */
export function renderZsh(program: ProgramDeclaration): string {
  const [first, ...rest] = placesOf(program);
  const deeper = rest.filter(({ path }) => !path.includes(" "));
  const cases = deeper.map(({ path, settings, words }) => {
    const within = rest.filter((place) => place.path.startsWith(`${path} `));
    const flags = [...settings, ...within.flatMap((place) => place.settings)];
    const choices = words.length === 0 ? [] : [`'1:word:(${words.map(([word]) => word).join(" ")})'`];
    return `    ${path}) _arguments ${[...new Set(flags.map(zshFlag)), "'--help[Show help]'", ...choices].join(" ")} ;;`;
  });
  const words = first?.words.map(([word, summary]) => `    '${word}:${bare(summary)}'`) ?? [];
  const flags = [...(first?.settings.map(zshFlag) ?? []), "'--help[Show help]'", "'--version[Show the version]'"];
  return `#compdef ${program.name}
local curcontext="$curcontext" state line
typeset -A opt_args
local -a commands
commands=(
${words.join("\n")}
)
_arguments -C ${flags.join(" ")} '1:command:->command' '*::word:->rest'
case $state in
command) _describe command commands ;;
rest)
  case $words[1] in
${cases.join("\n")}
  esac
  ;;
esac
`;
}

function zshFlag(setting: Setting): string {
  const { flag, placeholder } = setting;
  const value = placeholder === undefined ? "" : `:${placeholder}:${isPath(setting) ? "_files" : " "}`;
  return `'--${flag}${placeholder === undefined ? "" : "="}[${bare(describeSetting(setting))}]${value}'`;
}

/** Without what means something in a completion. */
function bare(text: string): string {
  return text
    .replaceAll("'", "’")
    .replaceAll(/[`"\\[\]]/g, "")
    .replaceAll(":", ";");
}

/** For fish (complete(1) of fish). */
export function renderFish(program: ProgramDeclaration): string {
  const { name, groups } = program;
  const places = placesOf(program);
  const lines = places.flatMap(({ path, settings, words }) => {
    const when = fishCondition(path, path in groups ? words.map(([word]) => word) : []);
    return [
      ...words.map(([word, summary]) => `complete -c ${name} -n ${when} -a ${word} -d '${bare(summary)}'`),
      ...settings.map((setting) => {
        const value = setting.placeholder === undefined ? "" : isPath(setting) ? " -r -F" : " -x";
        return `complete -c ${name} -n ${when} -l ${setting.flag}${value} -d '${bare(describeSetting(setting))}'`;
      }),
    ];
  });
  return `${[`complete -c ${name} -f`, `complete -c ${name} -l help -d 'Show help'`, ...lines].join("\n")}\n`;
}

/** @param next - words of a group that must not have been typed yet */
function fishCondition(path: string, next: readonly string[]): string {
  if (path === "") return "__fish_use_subcommand";
  const seen = path.split(" ").map((word) => `__fish_seen_subcommand_from ${word}`);
  const unseen = next.length === 0 ? [] : [`not __fish_seen_subcommand_from ${next.join(" ")}`];
  return `'${[...seen, ...unseen].join("; and ")}'`;
}
