/** `hostsfile-server recover`: goes on after the saved records were damaged or lost. */
import { type Recovered, recoverStore } from "../../store/open.ts";
import { StoreTroubleError } from "../../engine/store-trouble.ts";
import { stateFolderOf } from "../../platform/state-folder.ts";

/**
 * Goes on with what is saved, or with nothing where nothing can be read; a running server does so too within a minute.
 *
 * @returns the exit code
 * @throws StoreTroubleError when the state folder cannot be written
 */
export async function recover(given: {
  readonly stateFolder: string | undefined;
  readonly quiet: boolean | undefined;
}): Promise<number> {
  const folder = stateFolderOf(given.stateFolder);
  const text = recoveredText(folder, recoverOrExplain(folder));
  if (given.quiet !== true) process.stdout.write(text);
  return 0;
}

function recoveredText(folder: string, recovered: Recovered | "in use"): string {
  if (recovered === "in use") return `Nothing to recover: a server uses the saved records in ${folder}.\n`;
  if (recovered.kind === "kept") {
    const { records } = recovered;
    return (
      `Nothing to recover from damage: ${records} ${records === 1 ? "record" : "records"} can be read in ${folder}.\n` +
      `If the server said that some are lost, it goes on with these within a minute, and ExternalDNS sends the others again.\n`
    );
  }
  return (
    `Started afresh in ${folder}. A running server goes on within a minute, and ExternalDNS sends everything again.\n` +
    `Domains and cluster IPs that were not given by flag were lost too: set them again with curl or dtk.\n` +
    (recovered.copies.length === 0 ? "" : `The damaged records are kept: ${recovered.copies.join(", ")}\n`)
  );
}

function recoverOrExplain(folder: string): Recovered | "in use" {
  try {
    return recoverStore({ folder, now: Date.now });
  } catch (error) {
    if (error instanceof StoreTroubleError && error.code === "state-in-use") return "in use";
    throw error;
  }
}
