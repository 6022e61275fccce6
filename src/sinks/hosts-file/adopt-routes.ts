/** `GET` and `POST /adopt`: lines of the user's that define managed names are shown, and given to the block once the user agrees. */
import type { Context, MiddlewareHandler } from "hono";
import { Hono } from "hono/tiny";
import type { Adopter } from "./adoption-slot.ts";
import type { Adoption, LineEdit } from "./document/adoption.ts";
import { renderBody, splitBody } from "./document/body.ts";
import { planAdoption } from "./document/document.ts";
import { hostsFileTrouble } from "./hosts-file-trouble.ts";
import { readHostsFile } from "./writer/read-hosts-file.ts";
import type { Log } from "../../base/log.ts";
import { type AdoptableNames, adoptableNames } from "./adoptable.ts";
import { findEntry } from "../../records/view-entries.ts";
import type { ReconcilerPort } from "../../engine/reconciler-port.ts";
import type { StoredCluster } from "../../engine/store.ts";
import type { Trouble } from "../../base/trouble.ts";
import { answerJSON, answerTrouble } from "../../http/answer.ts";
import type { HTTPEnvironment } from "../../http/environment.ts";
import {
  type AdoptionEdit,
  type AdoptionPlanAnswer,
  type AdoptionResult,
  adoptionRequestSchema,
} from "../../contract/adoption.ts";
import type { Guard } from "../../http/guard.ts";
import { parseJSON } from "../../base/json.ts";
import { paths } from "../../contract/paths.ts";

interface AdoptOptions {
  readonly reconciler: ReconcilerPort;
  /** The hosts file. */
  readonly adopter: Adopter;
  readonly guard: Guard;
  readonly receive: MiddlewareHandler<HTTPEnvironment>;
  readonly log: Log;
  readonly facts: { readonly hostsFile: string; readonly dryRun: boolean };
  /** This machine's own names, lower case. */
  readonly ownNames: () => ReadonlySet<string>;
}

type AdoptContext = Context<HTTPEnvironment>;

/** Makes the two routes. */
export function adoptRoutes(options: AdoptOptions): Hono<HTTPEnvironment> {
  const { guard, receive } = options;
  const app = new Hono<HTTPEnvironment>({ strict: false });
  app.get(paths.adopt, guard.admit("detail"), (context) => showPlan(context, options));
  app.post(paths.adopt, guard.admit("configuration"), receive, (context) => carryOut(context, options));
  return app;
}

function showPlan(context: AdoptContext, { reconciler, facts, ownNames }: AdoptOptions): Response {
  const { hostsFile, dryRun } = facts;
  const text = readOrExplain(hostsFile);
  if (typeof text !== "string") return answerTrouble(context, text, 503);
  const silent = readClusters(reconciler).filter(isSilent);
  const plan = planAdoption(text, namesNow(reconciler, ownNames()));
  if (plan === undefined) return answerTrouble(context, undecided(hostsFile), 503);
  const edits = plan.edits.map(toAnswer);
  const { view } = reconciler.state();
  const names = new Set(edits.filter(({ kind }) => kind === "wanted").flatMap((edit) => edit.names));
  const entries = [...names].toSorted().flatMap((name) => findEntry(view, name) ?? []);
  const answer: AdoptionPlanAnswer = {
    hostsFile,
    dryRun,
    userPart: plan.userPart,
    edits,
    block: [...splitBody(renderBody(entries))],
    silent: silent.map(({ name }) => name),
  };
  return answerJSON(context, answer);
}

/** Only what the user was shown is taken out: these names, and of the file that they were shown in. */
async function carryOut(context: AdoptContext, options: AdoptOptions): Promise<Response> {
  const { reconciler, adopter, log, facts, ownNames } = options;
  const request = adoptionRequestSchema.safeParse(parseJSON(context.get("body")));
  if (!request.success) return answerJSON(context, { error: "The body is not what GET /adopt asks to be sent." }, 400);
  const { userPart, names } = request.data;
  const agreed = new Set(names);
  const { isWanted, isStale } = namesNow(reconciler, ownNames());
  const adoption: Adoption = {
    userPart,
    isWanted: (name) => agreed.has(name) && isWanted(name),
    isStale: (name) => agreed.has(name) && isStale(name),
  };
  const outcome = await adopter.adopt(adoption, () => reconciler.reconcile());
  if (outcome.kind === "failed") return answerTrouble(context, outcome.trouble, 503);
  if (outcome.kind === "outdated") return answerTrouble(context, changed(facts.hostsFile), 409);
  const result: AdoptionResult = { edits: outcome.adopted.edits.map(toAnswer), copy: outcome.adopted.copy ?? null };
  logAdopted(log, result);
  return answerJSON(context, result);
}

interface Cluster extends Pick<StoredCluster, "name" | "settings"> {
  /** Whether a source has called for it. */
  readonly isHeard: boolean;
}

function readClusters(reconciler: ReconcilerPort): readonly Cluster[] {
  return reconciler.read((store) =>
    Array.from(store.clusters(), ({ name, settings }) => {
      return { name, settings, isHeard: store.memory.feedsHeard(name).length > 0 };
    }),
  );
}

function isSilent({ isHeard, settings }: Cluster): boolean {
  return !isHeard && settings.domains.length > 0;
}

function namesNow(reconciler: ReconcilerPort, ownNames: ReadonlySet<string>): AdoptableNames {
  const clusters = readClusters(reconciler);
  const domainsOf = (some: readonly Cluster[]) => new Set(some.flatMap(({ settings }) => settings.domains));
  return adoptableNames({
    view: reconciler.state().view,
    domains: domainsOf(clusters),
    silentDomains: domainsOf(clusters.filter(isSilent)),
    ownNames,
  });
}

function readOrExplain(hostsFile: string): string | Trouble {
  try {
    return readHostsFile(hostsFile);
  } catch (error) {
    const trouble = hostsFileTrouble(error, hostsFile);
    if (trouble === undefined) throw error;
    return trouble;
  }
}

function logAdopted(log: Log, { edits, copy }: AdoptionResult): void {
  if (edits.length === 0) return;
  const names = edits.flatMap((edit) => edit.names);
  const kept = copy === null ? "" : ` The file as it was is kept in ${copy}.`;
  log.info(
    { code: "lines-adopted", names, copy },
    `Taken out of your own lines, as you asked: ${names.join(", ")}.${kept}`,
  );
}

function toAnswer({ line, kind, names, before, after }: LineEdit): AdoptionEdit {
  return { line, kind, names: [...names], before, after: after ?? null };
}

function changed(hostsFile: string): Trouble {
  return {
    code: "hosts-file-changed",
    message: `${hostsFile} was edited since its lines were shown, so nothing was done.`,
    hint: "Look again:",
    command: "hostsfile-server adopt",
  };
}

function undecided(hostsFile: string): Trouble {
  return {
    code: "hosts-file-block-undecidable",
    message: `${hostsFile} has a damaged managed block, so that it cannot be told which lines are yours.`,
    hint: "See which lines, and what to do:",
    command: "hostsfile-server status",
  };
}
