/** The least that a durable change can cost: one synced state record, and the hosts file replaced so that no crash tears it. */
import { closeSync, fdatasyncSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

export interface Floor extends Disposable {
  /** Appends and syncs the record, then writes, syncs and renames the bytes, and syncs the folder. */
  readonly change: (record: string, hosts: Uint8Array) => void;
}

/** Opens the floor in the same folders as the server that it is compared with. */
export function openFloor({
  stateFolder,
  hostsFolder,
}: {
  readonly stateFolder: string;
  readonly hostsFolder: string;
}): Floor {
  const statePath = join(stateFolder, "floor");
  const [temporary, path] = [join(hostsFolder, "floor.new"), join(hostsFolder, "floor")];
  const state = openSync(statePath, "a", 0o600);
  return {
    change: (record, hosts) => {
      writeSync(state, record);
      fdatasyncSync(state);
      const file = openSync(temporary, "w", 0o644);
      writeSync(file, hosts);
      fsyncSync(file);
      closeSync(file);
      renameSync(temporary, path);
      syncFolder(hostsFolder);
    },
    [Symbol.dispose]: () => {
      closeSync(state);
      for (const leftover of [statePath, path]) rmSync(leftover, { force: true });
    },
  };
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
