/** Reads JSON that anybody may have written. */

/** Returns the value of a text, undefined for what is not JSON. */
export function parseJSON(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
