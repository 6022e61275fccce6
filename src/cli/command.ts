/** What a subcommand is: its settings, its words in help, and what it does, loaded only when it runs. */
import {
  type Given,
  type Invocation,
  type Positionals,
  type Settings,
  type Sources,
  type Words,
  readSettings,
  readWords,
} from "./setting.ts";

export interface CommandDeclaration {
  /** One word, or two for a command of a group, as in `config show`. */
  readonly name: string;
  readonly summary: string;
  /** Whole command lines. */
  readonly examples: readonly string[];
  readonly positionals: Positionals;
  readonly settings: Settings;
  /** Runs with what the command line gave; returns the exit code. */
  readonly run: (invocation: Invocation) => Promise<number>;
}

/** What a program is: its name, its commands and the words of its help. */
export interface ProgramDeclaration {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly CommandDeclaration[];
  /** Runs when no command is named. */
  readonly defaultCommand?: string;
  /** For the first word of each command of two words, what the commands behind it are for. */
  readonly groups: Readonly<Record<string, string>>;
}

/**
 * Declares a subcommand.
 *
 * @param declaration - `run` gets words and settings as they were given, checked, and where each setting came from; it
 *   returns the exit code
 */
export function declareCommand<Declared extends Settings, DeclaredWords extends Positionals>(
  declaration: Pick<CommandDeclaration, "name" | "summary" | "examples"> & {
    readonly positionals?: DeclaredWords;
    readonly settings: Declared;
    readonly run: (given: Given<Declared> & Words<DeclaredWords>, sources: Sources<Declared>) => Promise<number>;
  },
): CommandDeclaration {
  const { settings, positionals, run } = declaration;
  return {
    ...declaration,
    positionals: positionals ?? {},
    run: async (invocation) => {
      const { given, sources } = readSettings(settings, invocation);
      return run({ ...given, ...readWords(positionals, invocation) }, sources);
    },
  };
}
