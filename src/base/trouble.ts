/** Trouble in words for a user: what happened, where, and what to do next. Every message the product shows has this shape. */

/** What to do about a trouble. */
export interface Advice {
  /** In words. Ends in a colon where `command` follows. */
  readonly hint: string;
  /** What to type, exactly and on one line, without prose. Absent where there is nothing to type, or several things. */
  readonly command?: string | undefined;
  /** Set while the server keeps retrying: nothing has to be started again once the cause is gone. */
  readonly isRetried?: boolean | undefined;
}

/**
 * How grave a trouble is. `error`: something that was asked for is not done. `warning`: it is done, and yet something
 * needs a person. `info`: a person may want to know it, and nothing needs to be done.
 */
export type Severity = "error" | "warning" | "info";

export interface Trouble extends Advice {
  /** Stable kebab-case code, as in `hosts-file-read-only`; docs/troubleshooting.md has an entry for each. */
  readonly code: string;
  /** One sentence with the value: what and where. */
  readonly message: string;
  /** An error when absent. */
  readonly severity?: Severity | undefined;
  /** Set where waiting cannot help: a server that somebody starts by hand does not start then. */
  readonly endsStart?: true;
}

/** Returns the trouble alone, as data: without what else an error or a finding carries. */
export function toTrouble({ code, severity, message, hint, command, isRetried }: Trouble): Trouble {
  return {
    code,
    ...(severity !== undefined && { severity }),
    message,
    hint,
    ...(command !== undefined && { command }),
    ...(isRetried === true && { isRetried }),
  };
}

/** The trouble of what the server tries again, at least once a minute, until it succeeds. */
export function retried(trouble: Trouble): Trouble {
  return { ...trouble, isRetried: true };
}

/** What to do, in words: the hint, after a sentence on whether the server goes on without a person. */
export function hintOf({ hint, isRetried }: Advice): string {
  return isRetried === true ? `The server keeps retrying. ${hint}` : hint;
}

/** What to do, in one line of text: the words, then the command. */
export function adviceOf(advice: Advice): string {
  return advice.command === undefined ? hintOf(advice) : `${hintOf(advice)} ${advice.command}`;
}

/**
 * Makes a trouble of an error that nobody expected and that does not end the process.
 *
 * @param what - what could not be done, as the start of a sentence
 */
export function bugTrouble(what: string, error: unknown): Trouble {
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    code: "internal-error",
    message: `${what}: ${reason.slice(0, 500)}`,
    hint: "This is a bug. Please report it with the server's log.",
  };
}

/** How a command ends: 1 problem found, 2 wrong usage, 3 environment (privilege, port, missing tool). */
type ExitCode = 1 | 2 | 3;

/** A trouble that ends what was asked for. The user can do something about it, so it is shown without a stack. */
export class TroubleError extends Error implements Trouble {
  readonly code: string;
  readonly severity: Severity | undefined;
  readonly hint: string;
  readonly command: string | undefined;
  readonly isRetried: boolean | undefined;
  readonly endsStart?: true;
  readonly exitCode: ExitCode;

  /** @param options - how a command ends that it is thrown in: 3 unless given */
  constructor(
    trouble: Trouble,
    { exitCode = 3, cause }: { readonly exitCode?: ExitCode; readonly cause?: unknown } = {},
  ) {
    super(trouble.message, { cause });
    this.name = "TroubleError";
    this.code = trouble.code;
    this.severity = trouble.severity;
    this.hint = trouble.hint;
    this.command = trouble.command;
    this.isRetried = trouble.isRetried;
    if (trouble.endsStart === true) this.endsStart = true;
    this.exitCode = exitCode;
  }
}
