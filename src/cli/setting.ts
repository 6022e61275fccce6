/** What a setting is: one declaration gives its flag, environment twin, checks, messages, help and documentation. */
import type * as z from "zod/mini";
import { wrongUsage } from "./wrong-usage.ts";

export interface Setting<Value = unknown> {
  /** Without dashes, as in `cluster-ip`. */
  readonly flag: string;
  /** The placeholder of the value in help, absent for a switch. */
  readonly placeholder?: string;
  /** Whether the flag may be given several times. */
  readonly repeatable?: boolean;
  /** One or two sentences for help and documentation. */
  readonly doc: string;
  /** Whether the server keeps it over restarts. Help and documentation say so. */
  readonly isSaved?: boolean;
  /** What holds when nothing is given, in words. */
  readonly whenAbsent: string;
  /** From the texts given, one an occurrence, to the value. */
  readonly schema: z.ZodMiniType<Value, string[]>;
}

export type Settings = Readonly<Record<string, Setting>>;

/** The values of settings that were given; what was not given is undefined. */
export type Given<Declared extends Settings> = {
  readonly [Key in keyof Declared]: Declared[Key] extends Setting<infer Value> ? Value | undefined : never;
};

/** An argument without a flag, as `external-dns` in `dtk install-addon external-dns`. */
export interface Positional<Value = unknown> {
  /** The placeholder of the argument in help. */
  readonly placeholder: string;
  readonly doc: string;
  /** Whether it may be left out; only the last ones may. */
  readonly optional?: boolean;
  /** Every value that it can have, where these are few; shells complete them. */
  readonly choices?: readonly string[];
  /** From the word given, as a list of one, to the value. */
  readonly schema: z.ZodMiniType<Value, string[]>;
}

export type Positionals = Readonly<Record<string, Positional>>;

/** The values of positionals; one that may be left out and was is undefined. */
export type Words<Declared extends Positionals> = {
  readonly [Key in keyof Declared]: Declared[Key] extends Positional<infer Value>
    ? Value | (Declared[Key] extends { readonly optional: true } ? undefined : never)
    : never;
};

/** What commander hands over: by camel-case flag name. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** What a command was called with. */
export interface Invocation {
  /** The program's name, as in `hostsfile-server`. */
  readonly program: string;
  readonly flags: FlagValues;
  /** The arguments without a flag, in order. */
  readonly words: readonly string[];
  /** Variables by name. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where each setting that was given came from: `--cluster-ip`, or `DTK_CLUSTER_IP` for the environment. */
export type Sources<Declared extends Settings> = { readonly [Key in keyof Declared]: string | undefined };

/** Declares a setting, so that its value's type is known. */
export function declare<Value>(setting: Setting<Value>): Setting<Value> {
  return setting;
}

/** What help and documentation say about a setting. */
export function describeSetting({ doc, isSaved }: Pick<Setting, "doc" | "isSaved">): string {
  return isSaved === true ? `${doc} Saved.` : doc;
}

/** The environment variable of a flag of a program, as in `HOSTSFILE_SERVER_CLUSTER_IP`. */
export function environmentName({ flag }: Pick<Setting, "flag">, program: string): string {
  return `${program}-${flag}`.toUpperCase().replaceAll("-", "_");
}

/** The flag as commander declares it, as in `--cluster-ip <ADDRESS>`. */
export function flagUsage({ flag, placeholder }: Setting): string {
  return placeholder === undefined ? `--${flag}` : `--${flag} <${placeholder}>`;
}

/**
 * Reads settings from flags and, where no flag is given, from the environment.
 *
 * @param declared - the settings
 * @returns the values that were given, and where each came from
 * @throws TroubleError `wrong-usage` (exit 2) naming every bad value at once
 */
export function readSettings<Declared extends Settings>(
  declared: Declared,
  invocation: Invocation,
): { readonly given: Given<Declared>; readonly sources: Sources<Declared> } {
  const found = Object.entries(declared).map(([key, setting]) => ({ key, setting, ...findTexts(setting, invocation) }));
  const problems: string[] = [];
  const values = found.map(({ key, setting, source, texts }) => [
    key,
    texts && check(setting, texts, source, problems),
  ]);
  refuse(problems, invocation.program);
  return {
    given: Object.fromEntries(values) as Given<Declared>,
    sources: Object.fromEntries(found.map(({ key, source, texts }) => [key, texts && source])) as Sources<Declared>,
  };
}

/**
 * Reads the arguments without a flag. Commander has counted them.
 *
 * @throws TroubleError `wrong-usage` (exit 2) naming every bad value at once
 */
export function readWords<Declared extends Positionals>(
  declared: Declared | undefined,
  invocation: Invocation,
): Words<Declared> {
  const problems: string[] = [];
  const values = Object.entries(declared ?? {}).map(([key, positional], index) => {
    const word = invocation.words[index];
    if (word === undefined && positional.optional === true) return [key, undefined];
    return [key, check(positional, [word ?? ""], positional.placeholder, problems)];
  });
  refuse(problems, invocation.program);
  return Object.fromEntries(values) as Words<Declared>;
}

function check(
  { schema }: Pick<Setting, "schema">,
  texts: readonly string[],
  source: string,
  problems: string[],
): unknown {
  const result = schema.safeParse(texts);
  if (!result.success) problems.push(...result.error.issues.map((issue) => `${source}: ${issue.message}`));
  return result.data;
}

function findTexts(
  setting: Setting,
  { program, flags, environment }: Invocation,
): { readonly source: string; readonly texts: readonly string[] | undefined } {
  const flag = flags[setting.flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
  if (flag !== undefined) return { source: `--${setting.flag}`, texts: [flag].flat().map(String) };
  const name = environmentName(setting, program);
  const text = environment[name];
  return { source: name, texts: text === undefined || text === "" ? undefined : [text] };
}

function refuse(problems: readonly string[], program: string): void {
  if (problems.length === 0) return;
  throw wrongUsage(problems.join("\n  "), `See ${program} --help.`);
}
