/** What a setting is: one declaration gives its flag, environment twin, checks, messages, help and documentation. */
import * as z from "zod/mini";
import { type Trouble, TroubleError } from "../trouble.ts";

export interface Setting<Value = unknown> {
  /** Without dashes, as in `cluster-ip`. */
  readonly flag: string;
  /** What stands for the value in help, absent for a switch. */
  readonly placeholder?: string;
  /** Whether the flag may be given several times. */
  readonly repeatable?: boolean;
  /** One or two sentences for help and documentation. */
  readonly doc: string;
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

/** What commander hands over: by camel-case flag name. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** Declares a setting, so that its value's type is known. */
export function declare<Value>(setting: Setting<Value>): Setting<Value> {
  return setting;
}

/** The environment variable that stands for a flag, as in `HOSTSFILE_SERVER_CLUSTER_IP`. */
export function environmentName(setting: Pick<Setting, "flag">): string {
  return `HOSTSFILE_SERVER_${setting.flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The flag as commander declares it, as in `--cluster-ip <ADDRESS>`. */
export function flagUsage({ flag, placeholder }: Setting): string {
  return placeholder === undefined ? `--${flag}` : `--${flag} <${placeholder}>`;
}

/**
 * Reads settings from flags and, where no flag is given, from the environment.
 *
 * @param declared - the settings
 * @param flags - what the command line gave
 * @param environment - variables by name
 * @throws TroubleError `wrong-usage` (exit 2) naming every bad value at once
 */
export function readSettings<Declared extends Settings>(
  declared: Declared,
  flags: FlagValues,
  environment: Readonly<Record<string, string | undefined>>,
): Given<Declared> {
  const problems: string[] = [];
  const values = Object.entries(declared).map(([key, setting]) => {
    const { origin, texts } = findTexts(setting, flags, environment);
    if (texts === undefined) return [key, undefined];
    const result = setting.schema.safeParse(texts);
    if (!result.success) problems.push(...result.error.issues.map((issue) => `${origin}: ${issue.message}`));
    return [key, result.data];
  });
  if (problems.length > 0) throw new TroubleError(wrongUsage(problems), { exitCode: 2 });
  return Object.fromEntries(values) as Given<Declared>;
}

function findTexts(
  setting: Setting,
  flags: FlagValues,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly origin: string; readonly texts: readonly string[] | undefined } {
  const flag = flags[setting.flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())];
  if (flag !== undefined) return { origin: `--${setting.flag}`, texts: [flag].flat().map(String) };
  const name = environmentName(setting);
  const text = environment[name];
  return { origin: name, texts: text === undefined || text === "" ? undefined : [text] };
}

function wrongUsage(problems: readonly string[]): Trouble {
  return {
    code: "wrong-usage",
    message: problems.join("\n"),
    hint: "See hostsfile-server --help.",
  };
}

const texts = z.array(z.string());

/** A setting with one text value; of a repeated flag the last counts. */
export const oneText = z.pipe(
  texts,
  z.transform((given: string[]) => given.at(-1) ?? ""),
);

/** A setting that takes a comma list, a repeated flag, or both. */
export const commaList = z.pipe(
  texts,
  z.transform((given: string[]) =>
    given
      .flatMap((text) => text.split(","))
      .map((text) => text.trim())
      .filter((text) => text !== ""),
  ),
);

/** A switch; its environment twin takes words as well. */
export const onOrOff = z.pipe(oneText, parsedBy(parseSwitch, "true or false"));

function parseSwitch(text: string): boolean | undefined {
  if (/^(?:true|1|yes|on)$/i.test(text)) return true;
  return /^(?:false|0|no|off)$/i.test(text) ? false : undefined;
}

/**
 * Makes a parser of ours into the last part of a setting's schema.
 *
 * @param parse - returns undefined for a value that is not what it should be
 * @param expected - what it should be, as in `a port (0 to 65535)`
 */
export function parsedBy<Raw, Value>(parse: (raw: Raw) => Value | undefined, expected: string) {
  return z.transform((raw: Raw, context): Value => {
    const value = parse(raw);
    if (value === undefined) {
      context.issues.push({ code: "custom", message: `${JSON.stringify(raw)} is not ${expected}.`, input: raw });
    }
    return value ?? z.NEVER;
  });
}
