/** What systemd calls the service's parts, and where their files are (systemd.unit(5)). */
import { serviceName } from "../places.ts";

/** The unit of the server. */
export const serviceUnitName = `${serviceName}.service`;

/** The unit that holds its port. */
export const socketUnitName = `${serviceName}.socket`;

/** Where an administrator's units are. */
export const unitFolder = "/etc/systemd/system";

/** Where the package manager's units are. */
export const packagedUnitFolder = "/usr/lib/systemd/system";

/** Where it is said what is done before the service starts. */
export const preparationPath = `${unitFolder}/${serviceUnitName}.d/resolver.conf`;

/** Where the port of a package's socket is changed. */
export const socketDropInPath = `${unitFolder}/${socketUnitName}.d/hostsfile-server.conf`;
