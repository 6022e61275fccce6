/** A machine that is one folder: its places lie in there, and a plain supervisor runs its services. */
import { join } from "node:path";
import { linux } from "../../src/platform/linux.ts";
import type { Platform } from "../../src/platform/platform.ts";
import { plainSupervisor } from "./plain-supervisor/manager.ts";

/** A machine in a folder, whose services this manager runs. */
export function machineIn(folder: string): Platform {
  const settingsFolder = join(folder, "settings");
  const settingsFile = join(settingsFolder, "environment");
  const places = {
    hostsFile: join(folder, "hosts"),
    configurationFolder: folder,
    settingsFolder,
    settingsFile,
    tokenFile: join(settingsFolder, "token"),
    programFolder: join(folder, "program"),
    packagedFolder: join(folder, "packaged"),
    commandFolder: join(folder, "commands"),
    stateFolder: join(folder, "state"),
    predecessorCopy: join(folder, "state", "predecessor"),
    owner: { user: process.geteuid?.() ?? 0, group: process.getegid?.() ?? 0 },
  };
  return { ...linux, places, services: plainSupervisor(join(folder, "service"), settingsFile) };
}
