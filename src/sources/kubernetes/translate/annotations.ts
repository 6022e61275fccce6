/** ExternalDNS's annotations under both of its prefixes, read at once. */
import type { Fields } from "./fields.ts";

/** The prefixes of ExternalDNS's annotations: from v0.22 on, and before. Where both are set, the first one counts. */
export const annotationPrefixes = ["external-dns.kubernetes.io/", "external-dns.alpha.kubernetes.io/"] as const;

/** The annotation that named the class of an Ingress before the field did. */
export const ingressClassAnnotation = "kubernetes.io/ingress.class";

/** The annotations of an object. */
export interface Annotations {
  /**
   * The value of one of ExternalDNS's annotations; undefined when it is not there.
   *
   * @param key - without the prefix, as in `target`
   */
  readonly value: (key: string) => string | undefined;
  /** The values of an annotation that is a list of names, without empty ones. */
  readonly list: (key: string) => readonly string[];
}

/** Reads the annotations in the metadata of an object. */
export function readAnnotations(metadata: Fields): Annotations {
  const all = metadata.textMap("annotations");
  const value: Annotations["value"] = (key) => {
    const prefix = annotationPrefixes.find((candidate) => all.has(candidate + key));
    return prefix === undefined ? undefined : all.get(prefix + key);
  };
  return { value, list: (key) => splitList(value(key) ?? "") };
}

/** ExternalDNS source/annotations/processors.go `SplitHostnameAnnotation`: blanks are of no meaning anywhere in the list. */
function splitList(text: string): readonly string[] {
  return text
    .replaceAll(" ", "")
    .trim()
    .split(",")
    .filter((item) => item !== "");
}

/** The value of the annotation `controller` that leaves an object to ExternalDNS (annotations.go `ControllerValue`). */
const externalDNS = "dns-controller";

/** Says so when an object belongs to another controller than ExternalDNS, by its annotation `controller`. */
export function otherController(annotations: Annotations): string | undefined {
  const controller = annotations.value("controller");
  if (controller === undefined || controller === externalDNS) return undefined;
  return `Its annotation controller is ${JSON.stringify(controller)}, so its names are left to that controller.`;
}
