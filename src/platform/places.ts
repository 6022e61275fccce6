/** Where the service's files are, once for those who write, read and remove them. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** Of the units, the folders and the program. */
export const serviceName = "hostsfile-server";

/** The commands that are installed. */
export const commandNames = ["hostsfile-server", "dtk"] as const;

/** Settings and token; only root writes here. */
export const settingsFolder = `/etc/${serviceName}`;

/** The service's flags as environment variables, for who wants to change them (systemd.exec(5) EnvironmentFile=). */
export const settingsFile = `${settingsFolder}/environment`;

/** The admin token, readable by root and by who installed. */
export const installedTokenFile = `${settingsFolder}/token`;

/** Where `install` copies the program to. */
export const programFolder = `/usr/local/lib/${serviceName}`;

/** Where a package puts it; then `install` copies nothing. */
export const packagedFolder = `/usr/lib/${serviceName}`;

/** Where `install` links the commands. */
export const commandFolder = "/usr/local/bin";

/** The service's state (systemd.exec(5) StateDirectory=). */
export const serviceStateFolder = `/var/lib/${serviceName}`;

/** Where an administrator's units are (systemd.unit(5)). */
export const unitFolder = "/etc/systemd/system";
export const serviceUnitName = `${serviceName}.service`;
export const socketUnitName = `${serviceName}.socket`;

/** Where the package manager's units are. */
export const packagedUnitFolder = "/usr/lib/systemd/system";

/** Where the port of a package's socket is changed. */
export const socketDropInPath = `${unitFolder}/${socketUnitName}.d/hostsfile-server.conf`;

/** Where the unit of the predecessor is kept, to be given back. */
export const predecessorCopy = `${serviceStateFolder}/predecessor.service`;

/** Whether a program of this path was put there by the package manager. */
export function isPackaged(executable: string): boolean {
  return dirname(executable) === packagedFolder;
}

/** Whether the package manager has put the program on this machine. */
export function isPackageThere(): boolean {
  return existsSync(join(packagedFolder, serviceName));
}
