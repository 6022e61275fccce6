/** Translates an object of any kind that is watched, unless the watcher was told to leave its class out. */
import type { Kind, Neighbours, Translation } from "./kind.ts";

/**
 * Translates an object.
 *
 * @param object - as the API gave it, or as `keepFields` left it
 * @param options - `classes`: only objects that name one of them, where their kind has classes; absent for all
 */
export function translateObject(
  kind: Kind,
  object: unknown,
  options: { readonly neighbours: Neighbours; readonly classes?: ReadonlySet<string> | undefined },
): Translation {
  const { neighbours, classes } = options;
  const name = classes === undefined ? undefined : kind.classOf?.(object);
  if (kind.translate === undefined) return nothing;
  if (name === undefined || classes?.has(name) === true) return kind.translate(object, neighbours);
  const sentence = `Its class is ${JSON.stringify(name)}, and only ${[...(classes ?? [])].join(", ")} is watched.`;
  return { ...nothing, notAsked: [{ reason: "other-class", names: [], sentence }] };
}

const nothing: Translation = { endpoints: [], withoutTarget: [], notAsked: [] };
