/** What systemd calls the service's parts, and where their files are (systemd.unit(5)). */
import { serviceName } from "../places.ts";

/** The unit of the server. */
export const serviceUnitName = `${serviceName}.service`;

/** The unit that holds its port. */
export const socketUnitName = `${serviceName}.socket`;

/** The unit that holds the ports of the DNS responder: a port that is taken must not keep the server itself from starting. */
export const responderUnitName = `${serviceName}-dns.socket`;

/** How its sockets are told from the server's own port. */
export const responderSocketName = "dns";

/** Where it is written which program had one of those ports when systemd could not open them. */
export const takenPortFile = `/run/${serviceName}-dns-taken`;

/** Where an administrator's units are. */
export const unitFolder = "/etc/systemd/system";

/** Where the package manager's units are. */
export const packagedUnitFolder = "/usr/lib/systemd/system";

/** Where it is said what is done before the service starts. */
export const preparationPath = `${unitFolder}/${serviceUnitName}.d/resolver.conf`;

/** Where the port of a package's socket is changed. */
export const socketDropInPath = `${unitFolder}/${socketUnitName}.d/hostsfile-server.conf`;

/** Where the ports of a package's responder are changed. */
export const responderDropInPath = `${unitFolder}/${responderUnitName}.d/hostsfile-server.conf`;
