/** Tells the code of the trouble that a store met. */
import { StoreTroubleError } from "../../src/engine/store-trouble.ts";

/** The code, or `none` when the work went well. Other errors pass. */
export function storeCodeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof StoreTroubleError) return error.code;
    throw error;
  }
  return "none";
}
