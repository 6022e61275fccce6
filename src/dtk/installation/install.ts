/** Does what is planned, in the order in which a failure leaves the least behind, and proves that it works. */
import { runHelm } from "../release/run-helm.ts";
import { type InstallRecord, type NamespaceState, writeRecord } from "../release/record.ts";
import { writeToken } from "../release/secret.ts";
import { readRevision } from "../release/workload.ts";
import { applySettings } from "./settings.ts";
import type { Intent, Say } from "./intent.ts";
import type { Plan } from "./plan.ts";
import type { Situation } from "./situation.ts";

/**
 * Installs ExternalDNS as planned. What dtk is about to tell the server is remembered first, so that it can be taken back even after a failure
 * in between.
 *
 * @throws TroubleError (exit 3) as its steps do
 */
export async function install(intent: Intent, situation: Situation, plan: Plan, say: Say): Promise<void> {
  const { api, server, installed } = situation;
  const { namespace } = installed;
  await remember(situation, plan);
  for (const { sentence } of plan.steps) say(`Server: ${sentence}.`);
  await applySettings(server, plan.steps, plan.wanted);
  if (plan.tokenChanges) {
    say(plan.token === undefined ? "Removing the token's Secret." : "Putting the webhook token into a Secret.");
    await writeToken(api, { present: installed.token, wanted: plan.token });
  }
  const release = await applyRelease(intent, situation, plan, say);
  const ownsNamespace = namespace.record?.ownsNamespace ?? !namespace.exists;
  const record: InstallRecord = { cluster: intent.cluster, domains: [...intent.domains], ownsNamespace, release };
  if (JSON.stringify(record) !== JSON.stringify(namespace.record))
    await writeRecord(api, { exists: true, record: undefined }, record);
}

/** Until the server is told, both what was and what will be are remembered, under the name that the server knows. */
async function remember({ api, installed: { namespace } }: Situation, { wanted }: Plan): Promise<void> {
  const before = namespace.record;
  const domains = [...new Set([...(before?.domains ?? []), ...wanted.settings.domains])];
  const record: InstallRecord = {
    cluster: before?.cluster ?? wanted.cluster,
    domains,
    ownsNamespace: before?.ownsNamespace ?? !namespace.exists,
    release: before?.release,
  };
  if (isSameRecord(namespace, record)) return;
  await writeRecord(api, namespace, record);
}

function isSameRecord({ record }: NamespaceState, other: InstallRecord): boolean {
  return JSON.stringify(record) === JSON.stringify(other);
}

async function applyRelease(
  intent: Intent,
  situation: Situation,
  { release }: Plan,
  say: Say,
): Promise<InstallRecord["release"]> {
  const { inputs, chart, shape, action, values, parameters } = release;
  if (action !== "nothing") {
    const verb = action === "install" ? "Installing" : "Upgrading";
    say(`${verb} ExternalDNS ${shape.appVersion} (chart ${shape.version}) with Helm.`);
    await runHelm(["upgrade", "--install", ...parameters], { place: intent.place, input: values });
  }
  const revision = action === "nothing" ? situation.installed.revision : await readRevision(situation.api);
  return { inputs, revision: revision?.revision ?? 0, chart, shape };
}
