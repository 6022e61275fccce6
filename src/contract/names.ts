/** The shape of `GET /names`: every name that is shown, for who writes it and for who reads it. */
import * as z from "zod/mini";
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

/** All names of a view, sorted. */
export function listNames({ entries }: View): Names {
  const names = entries.map(({ name, addresses, cluster, resource = null }) => {
    return { name, addresses: [...addresses], cluster, resource };
  });
  return { names };
}
