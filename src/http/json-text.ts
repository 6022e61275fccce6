/** Foreign JSON as text for a message, however deep it is nested. */

/**
 * Writes a value as JSON.
 *
 * @param value - what JSON.parse gave, which reads any depth, while JSON.stringify ends at some thousand levels
 */
export function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) return "(nested too deeply)";
    throw error;
  }
}
