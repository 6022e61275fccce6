/** A plan: steps as data, so that the same steps are printed by --dry-run and done without it. */

export interface Step {
  /** What is done, as in `Tell the server the managed domains dtk.io`. */
  readonly what: string;
  /** Why, or where the value came from, as in `config.yaml:3:11`. */
  readonly why: string;
  /** The command by which a user would do it by hand, without any token. */
  readonly command?: string;
}

/** Renders the steps, numbered, each with its reason and its command. */
export function renderPlan(steps: readonly Step[]): string {
  return steps.map((step, index) => renderStep(step, String(index + 1))).join("");
}

function renderStep({ what, why, command }: Step, number: string): string {
  const indent = " ".repeat(number.length + 2);
  const lines = [
    `${number}. ${what}`,
    `${indent}(${why})`,
    ...(command?.trimEnd().split("\n") ?? []).map((line, index) => `${indent}${index === 0 ? "$ " : "  "}${line}`),
  ];
  return `${lines.join("\n")}\n`;
}
