/** `hostsfile-server adopt`: gives lines that the predecessor or the user wrote by hand for managed names to the managed block. */
import { type AdoptionPlanAnswer, adoptionPlanSchema, adoptionResultSchema } from "../../contract/adoption.ts";
import { renderAdoption, renderSilent, renderStale } from "./adopt-text.ts";
import { confirm } from "../confirm.ts";
import { type ServerFlags, askForSurely } from "../../client/server-client.ts";
import { printableJSON } from "../../base/printable.ts";
import { terminalOf } from "../terminal.ts";
import { counted } from "../../base/words.ts";
import { paths } from "../../contract/paths.ts";

interface AdoptGiven extends ServerFlags {
  readonly stale: boolean | undefined;
  readonly dryRun: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly quiet: boolean | undefined;
  readonly json: boolean | undefined;
}

/**
 * Shows what the running server would do, asks, and has it done.
 *
 * @returns 0, or 1 when the user said no
 * @throws TroubleError when no server answers, the file was edited meanwhile or cannot be written (exit 3), or nobody
 *   can be asked (exit 2)
 */
export async function adopt(given: AdoptGiven): Promise<number> {
  const whole = await askForSurely(given, { method: "GET", path: paths.adopt, shape: adoptionPlanSchema });
  const plan = given.stale === true ? whole : withoutStale(whole);
  const say = (text: string): void => {
    if (given.quiet !== true && given.json !== true) process.stdout.write(text);
  };
  if (plan.edits.length > 0) say(renderAdoption(plan, terminalOf(process.stdout)));
  else say("Nothing to take over: no line of yours has a name that a cluster has.\n");
  const left = whole.edits.filter((edit) => !plan.edits.includes(edit));
  if (left.length > 0) say(renderStale(left));
  if (plan.silent.length > 0) say(renderSilent(plan.silent));
  if (given.dryRun === true || plan.edits.length === 0) {
    if (given.json === true) answer({ edits: plan.edits, block: plan.block, copy: null });
    return 0;
  }
  if (!(await confirm(question(plan), given.yes))) return 1;
  const names = plan.edits.flatMap((edit) => edit.names);
  const body = JSON.stringify({ userPart: plan.userPart, names });
  const { edits, copy } = await askForSurely(given, {
    method: "POST",
    path: paths.adopt,
    body,
    shape: adoptionResultSchema,
  });
  if (given.json === true) answer({ edits, block: plan.block, copy });
  say(`Done: ${counted(edits.length, "line")} of yours changed.${aside(plan, copy)}\n`);
  return 0;
}

function withoutStale(plan: AdoptionPlanAnswer): AdoptionPlanAnswer {
  return { ...plan, edits: plan.edits.filter(({ kind }) => kind === "wanted") };
}

function question({ hostsFile, edits }: AdoptionPlanAnswer): string {
  return `This changes ${counted(edits.length, "line")} of your own in ${hostsFile}; a copy is kept.`;
}

function aside({ dryRun }: AdoptionPlanAnswer, copy: string | null): string {
  if (dryRun) return " But in memory alone, since the server runs with --dry-run.";
  return copy === null ? "" : ` The file as it was: ${copy}`;
}

function answer(result: object): void {
  process.stdout.write(`${printableJSON(result, 2)}\n`);
}
