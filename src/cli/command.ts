/** What a subcommand is: its settings, its words in help, and what it does, loaded only when it runs. */
import { type FlagValues, type Given, type Settings, readSettings } from "./setting.ts";

export interface CommandDeclaration {
  readonly name: string;
  readonly summary: string;
  /** Whole command lines. */
  readonly examples: readonly string[];
  readonly settings: Settings;
  /** Runs with what the command line gave; returns the exit code. */
  readonly run: (flags: FlagValues) => Promise<number>;
}

/**
 * Declares a subcommand.
 *
 * @param declaration - `run` gets the settings as they were given, checked, and returns the exit code
 */
export function declareCommand<Declared extends Settings>(
  declaration: Omit<CommandDeclaration, "run" | "settings"> & {
    readonly settings: Declared;
    readonly run: (given: Given<Declared>) => Promise<number>;
  },
): CommandDeclaration {
  const { settings, run } = declaration;
  return { ...declaration, run: async (flags) => run(readSettings(settings, flags, process.env)) };
}
