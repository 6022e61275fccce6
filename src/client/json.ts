/** Reads what some server answered, which may be anything. */

/** Undefined for what is not JSON. */
export function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
