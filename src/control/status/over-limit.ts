/** What limits keep from being shown: one trouble for each limit, however many records it hits. */
import { formatCount } from "../../base/words.ts";
import { explainNotShown } from "../../records/not-shown.ts";
import type { NotShown } from "../../records/view.ts";
import type { Advice, Trouble } from "../../base/trouble.ts";
import { type LeftOut, leftOutSentence } from "../../engine/left-out.ts";
import { platform } from "../../platform/current.ts";

const forget: Advice = {
  hint: "Remove resources, or forget clusters that are gone:",
  command: platform.commands.asRoot("hostsfile-server clear --cluster NAME"),
};

type Limit = Advice & Pick<Trouble, "severity">;

/** What to do, by the reason; other reasons have nothing to do with limits. Where nothing new finds room, it is an error. */
const limits: ReadonlyMap<string, Limit> = new Map<string, Limit>([
  [
    "too-many-addresses",
    { hint: "Give its resource fewer targets, or have all names lead to the cluster IP (--targets=cluster)." },
  ],
  ["record-too-large", { hint: "Take targets, labels or annotations away from the resource that it comes from." }],
  ["name-too-long", { hint: "Correct it in the resource that it comes from." }],
  ["store-full", { severity: "error", ...forget }],
  ["block-full", { severity: "error", ...forget }],
]);

interface Hit {
  readonly sentence: string;
  count: number;
}

/**
 * Finds the limits that are hit.
 *
 * @param notShown - everything that is stored and not shown
 * @param leftOut - everything that was not taken
 */
export function findOverLimit(notShown: readonly NotShown[], leftOut: readonly LeftOut[]): readonly Trouble[] {
  const hits = new Map<string, Hit>();
  const note = (reason: string, sentence: () => string): void => {
    if (!limits.has(reason)) return;
    const hit = hits.get(reason);
    if (hit === undefined) hits.set(reason, { sentence: sentence(), count: 1 });
    else hit.count += 1;
  };
  for (const entry of notShown) note(entry.reason, () => explainNotShown(entry));
  for (const entry of leftOut) note(entry.reason, () => leftOutSentence(entry));
  return [...hits].map(([code, { sentence, count }]) => ({
    code,
    message: count === 1 ? sentence : `${sentence} The same limit hits ${formatCount(count - 1)} more.`,
    ...(limits.get(code) ?? { hint: "" }),
  }));
}
