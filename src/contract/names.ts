/** The shape of `GET /names`: every name that is shown, for who writes it and for who reads it. */
import * as z from "zod/mini";
import { printableJSON } from "../base/printable.ts";
import { type Steps, forEachInSteps } from "../records/steps.ts";
import type { View } from "../records/view.ts";

export const namesSchema = z.object({
  names: z.array(
    z.object({
      name: z.string(),
      addresses: z.array(z.string()),
      cluster: z.string(),
      /** What the name came from, as in `ingress/default/test`. */
      resource: z.nullable(z.string()),
    }),
  ),
});

export type Names = z.infer<typeof namesSchema>;

/**
 * Writes all names of a view as JSON, sorted, in steps: with very many names it takes long.
 *
 * @returns the text of {@link Names}, in which no character is hidden
 */
export function* namesJSONInSteps({ entries }: View): Steps<string> {
  const names: string[] = [];
  yield* forEachInSteps(entries, ({ name, addresses, cluster, resource = null }) => {
    names.push(printableJSON({ name, addresses, cluster, resource } satisfies ReadonlyName));
  });
  return `{"names":[${names.join(",")}]}`;
}

type ReadonlyName = Readonly<Omit<Names["names"][number], "addresses">> & { readonly addresses: readonly string[] };
