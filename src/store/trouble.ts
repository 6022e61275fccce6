/** Why the store cannot do what was asked: the one error that its users must expect. */
import type { Trouble } from "../trouble.ts";

export class StoreTroubleError extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, cause?: unknown) {
    super(trouble.message, { cause });
    this.name = "StoreTroubleError";
    this.trouble = trouble;
  }
}
