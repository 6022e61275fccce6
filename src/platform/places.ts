/** Where files are on an operating system: the product's own, and those of the system that it reads or writes. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** The name of the program, of its service, and of their folders. */
export const serviceName = "hostsfile-server";

/** The commands that are installed. */
export const commandNames = [serviceName, "dtk"] as const;

export interface Places {
  /** The hosts file that resolvers read. */
  readonly hostsFile: string;
  /** The system's own settings, in whose folder the service may write. */
  readonly configurationFolder: string;
  /** The service's settings and its token; only an administrator writes here. */
  readonly settingsFolder: string;
  /** The service's flags as environment variables, for those who want to change them. */
  readonly settingsFile: string;
  /** The admin token, readable by root and by the user who installed. */
  readonly tokenFile: string;
  /** Where `install` copies the program to. */
  readonly programFolder: string;
  /** Where a package puts the program; then `install` copies nothing. */
  readonly packagedFolder: string;
  /** Where `install` links the commands. */
  readonly commandFolder: string;
  /** The service's state. */
  readonly stateFolder: string;
  /** Where the definition of a predecessor's service is kept, to be given back. */
  readonly predecessorCopy: string;
  /** The owner of what is installed: the administrator. */
  readonly owner: { readonly user: number; readonly group: number };
}

/** The places on Linux (file-hierarchy(7), hosts(5)). */
export const linuxPlaces: Places = {
  hostsFile: "/etc/hosts",
  configurationFolder: "/etc",
  settingsFolder: `/etc/${serviceName}`,
  settingsFile: `/etc/${serviceName}/environment`,
  tokenFile: `/etc/${serviceName}/token`,
  programFolder: `/usr/local/lib/${serviceName}`,
  packagedFolder: `/usr/lib/${serviceName}`,
  commandFolder: "/usr/local/bin",
  stateFolder: `/var/lib/${serviceName}`,
  predecessorCopy: `/var/lib/${serviceName}/predecessor.service`,
  owner: { user: 0, group: 0 },
};

/** Whether a program of this path was put there by the package manager. */
export function isPackaged(executable: string, { packagedFolder }: Places): boolean {
  return dirname(executable) === packagedFolder;
}

/** Whether the package manager has put the program on this machine. */
export function isPackageThere({ packagedFolder }: Places): boolean {
  return existsSync(join(packagedFolder, serviceName));
}
