/** Linux: its places, systemd, and the commands of util-linux, iproute2 and psmisc. */
import { renderCommand } from "../base/shell.ts";
import { linuxPlaces } from "./places.ts";
import type { Platform } from "./platform.ts";
import type { SystemCommands } from "./system-commands.ts";
import { systemd } from "./systemd/manager.ts";

const asRoot = (line: string): string => `sudo ${line}`;

const commands: SystemCommands = {
  asRoot,
  endProcess: (pid) => asRoot(`kill ${pid}`),
  showListeners: (port) => asRoot(port === undefined ? "ss -ltnp" : `ss -ltnp 'sport = :${port}'`),
  replaceLink: (real, path) => asRoot(renderCommand(["cp", "--remove-destination", real, path])),
  giveToRoot: (path) => asRoot(renderCommand(["chown", "root:root", path])),
  showUsers: (path) => asRoot(renderCommand(["fuser", "-v", path])),
};

export const linux: Platform = { places: linuxPlaces, services: systemd, commands };
