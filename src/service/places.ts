/** Where the service's files are, once for those who write, read and remove them. */

/** Of the units, the folders and the program. */
export const serviceName = "hostsfile-server";

/** The service's flags as environment variables, for who wants to change them (systemd.exec(5) EnvironmentFile=). */
export const settingsFile = `/etc/${serviceName}/environment`;

/** The admin token, readable by root and by the group of who installed. */
export const installedTokenFile = `/etc/${serviceName}/token`;
