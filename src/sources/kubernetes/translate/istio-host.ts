/** Hosts and references as Istio writes them: with a namespace before a slash. */

/** A host of an Istio Gateway or VirtualService. */
interface IstioHost {
  /** `*` for every namespace, `.` for the Gateway's own. */
  readonly namespace: string;
  readonly host: string;
}

/** Splits the two parts; undefined for what has more than one slash. */
export function readIstioHost(text: string): IstioHost | undefined {
  const [first = "", second, ...more] = text.split("/");
  if (more.length > 0) return undefined;
  return second === undefined ? { namespace: "*", host: first } : { namespace: first, host: second };
}

/**
 * Reads a reference to an object, as in `name` or `namespace/name`; undefined for what has more than one slash.
 *
 * @param ownNamespace - the namespace of the object with the reference
 */
export function readReference(
  text: string,
  ownNamespace: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [first = "", second, ...more] = text.split("/");
  if (more.length > 0) return undefined;
  return second === undefined
    ? { namespace: ownNamespace, name: first }
    : { namespace: first || ownNamespace, name: second };
}
