/** What a setting is: one declaration gives its flag, environment twin, checks, messages, help and documentation. */
import { z } from "zod";
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
  readonly schema: z.ZodType<Value, readonly string[]>;
}

export type Settings = Readonly<Record<string, Setting>>;

/** The values of settings that were given; what was not given is undefined. */
export type Given<Declared extends Settings> = {
  readonly [Key in keyof Declared]: Declared[Key] extends Setting<infer Value> ? Value | undefined : never;
};

/** What commander hands over: by camel-case flag name. */
export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** The environment variable that stands for a flag, as in `HOSTSFILE_SERVER_CLUSTER_IP`. */
export function environmentName(setting: Pick<Setting, "flag">): string {
  return `HOSTSFILE_SERVER_${setting.flag.toUpperCase().replaceAll("-", "_")}`;
}

/** The flag as commander declares it, as in `--cluster-ip <ADDRESS>`. */
export function flagUsage({ flag, placeholder, repeatable }: Setting): string {
  return placeholder === undefined ? `--${flag}` : `--${flag} <${placeholder}${repeatable ? "..." : ""}>`;
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

/** A setting with one text value. */
export const oneText = z.array(z.string()).transform((texts) => texts.at(-1) ?? "");

/** A setting that takes a comma list, a repeated flag, or both. */
export const commaList = z.array(z.string()).transform((texts) =>
  texts
    .flatMap((text) => text.split(","))
    .map((text) => text.trim())
    .filter((text) => text !== ""),
);

/** A switch; its environment twin takes words as well. */
export const onOrOff = oneText.transform((text, context) => {
  if (/^(?:true|1|yes|on)$/i.test(text)) return true;
  if (/^(?:false|0|no|off)$/i.test(text)) return false;
  context.addIssue(`${JSON.stringify(text)} is neither true nor false.`);
  return z.NEVER;
});

/**
 * Makes a parser of ours into the schema of a setting.
 *
 * @param parse - returns undefined for a text that is not what it should be
 * @param expected - what it should be, as in `a port (0 to 65535)`
 */
export function parsedBy<Value>(parse: (text: string) => Value | undefined, expected: string) {
  return (text: string, context: z.RefinementCtx): Value => {
    const value = parse(text);
    if (value === undefined) context.addIssue(`${JSON.stringify(text)} is not ${expected}.`);
    return value ?? z.NEVER;
  };
}
