/** What `status` prints of the system resolver, as labels and values. */
import { formatAge } from "../../base/age.ts";
import { counted, formatCount } from "../../base/words.ts";
import { describeRouting } from "../../contract/resolver-words.ts";
import type { Status } from "../../contract/status.ts";

/** Domains that are printed before the rest is counted. */
const mostListed = 10;

/** The rows. */
export function resolverRows(
  { sentence, domains, questions, lastQuestionAt, repairs }: NonNullable<Status["resolver"]>,
  now: number,
): readonly (readonly [label: string, value: string])[] {
  const last = lastQuestionAt === null ? "no question since the start" : `last ${formatAge(lastQuestionAt, now)} ago`;
  const more = domains.length - mostListed;
  return [
    ["way", sentence],
    ...domains
      .slice(0, mostListed)
      .map((domain, index) => [index === 0 ? "domains" : "", `${domain.name}: ${describeRouting(domain)}`] as const),
    ...(more > 0 ? [["", `and ${formatCount(more)} more`] as const] : []),
    ...(questions === null ? [] : [["asked", `${counted(questions, "time")}, ${last}`] as const]),
    ...(repairs === 0 ? [] : [["told again", counted(repairs, "time")] as const]),
  ];
}
