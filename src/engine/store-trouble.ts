/** The one error that users of the store must expect, whatever the store is. */
import { type Trouble, TroubleError } from "../base/trouble.ts";

/** The store cannot do what was asked, and says why in words for a user. */
export class StoreTroubleError extends TroubleError {
  constructor(trouble: Trouble, cause?: unknown) {
    super(trouble, { exitCode: 3, cause });
    this.name = "StoreTroubleError";
  }
}
