/** `hostsfile-server recover`: starts afresh after the saved records were damaged. */
import { recoverStore } from "../store/open.ts";
import { StoreTroubleError } from "../store/trouble.ts";
import { TroubleError } from "../trouble.ts";
import { stateFolderOf } from "./environment.ts";

/**
 * Makes an empty database beside the damaged copies; a running server takes it up by itself.
 *
 * @returns the exit code
 * @throws TroubleError when the state folder cannot be written
 */
export async function recover(given: {
  readonly stateFolder: string | undefined;
  readonly quiet: boolean | undefined;
}): Promise<number> {
  const folder = stateFolderOf(given.stateFolder);
  const copies = recoverOrExplain(folder);
  if (given.quiet) return 0;
  if (copies.length === 0)
    process.stdout.write(`Nothing to recover: the saved records in ${folder} are not set aside as damaged.\n`);
  else {
    process.stdout.write(
      `Started afresh in ${folder}. A running server goes on within a minute, and ExternalDNS sends everything again.\n` +
        `Domains and cluster IPs that were not given by flag were lost too: set them again with curl or dtk.\n` +
        `The damaged records are kept: ${copies.join(", ")}\n`,
    );
  }
  return 0;
}

function recoverOrExplain(folder: string): readonly string[] {
  try {
    return recoverStore({ folder, now: Date.now });
  } catch (error) {
    if (error instanceof StoreTroubleError) throw new TroubleError(error.trouble, { exitCode: 3, cause: error });
    throw error;
  }
}
