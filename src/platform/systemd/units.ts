/** The texts of the systemd units: the sockets that hold the ports at all times, and the service that answers on them. */
import { type ListenAddress, formatListenAddress } from "../../records/listen-address.ts";
import { linuxPlaces, serviceName } from "../places.ts";
import type { ListenPlace, ServicePreparation } from "../service-manager.ts";
import { responderSocketName, responderUnitName, serviceUnitName, socketUnitName, takenPortFile } from "./names.ts";

/**
 * The socket's unit (systemd.socket(5)): systemd holds the port, so that neither a restart nor a crash of the server is
 * a refused connection.
 */
export function socketUnit({ host, port }: ListenPlace): string {
  return lines([
    "[Unit]",
    "Description=Port of the hosts-file webhook for ExternalDNS",
    // However often it is stopped and started, as by an install in a loop, it is never given up.
    "StartLimitIntervalSec=0",
    "",
    "[Socket]",
    `ListenStream=${listenStream({ host, port })}`,
    "BindIPv6Only=both",
    // An address of a bridge comes into being after boot, with the cluster.
    "FreeBind=yes",
    "Backlog=4096",
    // However often the server falls, its port stays.
    "TriggerLimitIntervalSec=0",
    "",
    "[Install]",
    "WantedBy=sockets.target",
  ]);
}

/**
 * The unit of the responder's sockets. It is a unit of its own: where one of its ports is taken it fails alone, and the
 * service starts without it. It is enabled or not, so the service's unit does not ask for it.
 */
export function responderUnit(places: readonly ListenAddress[]): string {
  const ports = [...new Set(places.map(({ port }) => port))].map((port) => `sport = :${port}`).join(" or ");
  // The service, which has no powers, cannot see the program that has a port. systemd itself may have the others.
  const note = `ss -Hlntup '${ports}' | grep users: | grep -v pid=1, >${takenPortFile} || rm -f ${takenPortFile}`;
  return lines([
    "[Unit]",
    "Description=Ports of the DNS responder of hostsfile-server",
    `PartOf=${socketUnitName}`,
    "StartLimitIntervalSec=0",
    "",
    "[Socket]",
    `Service=${serviceUnitName}`,
    `FileDescriptorName=${responderSocketName}`,
    ...places.flatMap(listenLines),
    // The address of a bridge comes and goes with its cluster.
    "FreeBind=yes",
    "Backlog=256",
    "TriggerLimitIntervalSec=0",
    `ExecStartPre=-/bin/rm -f ${takenPortFile}`,
    `ExecStopPost=-/bin/sh -c ${quote(note)}`,
    "",
    "[Install]",
    `WantedBy=sockets.target ${serviceUnitName}`,
  ]);
}

/** A drop-in that replaces the places of a package's responder with others. */
export function responderDropIn(places: readonly ListenAddress[]): string {
  return lines(["[Socket]", "ListenDatagram=", "ListenStream=", ...places.flatMap(listenLines)]);
}

function listenLines(place: ListenAddress): readonly string[] {
  const text = formatListenAddress(place);
  return [`ListenDatagram=${text}`, `ListenStream=${text}`];
}

/** A drop-in (systemd.unit(5)) that replaces a package's place to listen with another. */
export function socketDropIn(place: ListenPlace): string {
  return lines(["[Socket]", "ListenStream=", `ListenStream=${listenStream(place)}`]);
}

/** The place as systemd writes it. */
export function listenStream({ host, port }: ListenPlace): string {
  if (host === undefined) return String(port);
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Where a socket's unit or drop-in listens, which is the last line that says so. */
export function listenStreamOf(unit: string): string | undefined {
  return [...unit.matchAll(/^ListenStream=(.+)$/gm)].at(-1)?.[1];
}

/**
 * A drop-in that lets a script run before the service starts, with the powers that the service itself has not (`+`,
 * systemd.service(5)), and opens folders to it.
 */
export function preparationDropIn({ script, writable = [], opensSockets }: ServicePreparation): string {
  return lines([
    "[Unit]",
    "After=systemd-resolved.service NetworkManager.service",
    "",
    "[Service]",
    ...(script === undefined ? [] : [`ExecStartPre=+/bin/sh -c ${quote(script)}`]),
    ...(opensSockets ? ["RestrictAddressFamilies=AF_INET AF_INET6"] : []),
    // They come into being with the script, which the manager looks at before it.
    ...writable.map((folder) => `ReadWritePaths=-${folder}`),
  ]);
}

/**
 * The service's unit (systemd.service(5)).
 *
 * @param command - the command line up to the subcommand, of absolute paths that only root can write
 * @param program - whether the addon lies beside it, with which the server itself speaks to systemd
 */
export function serviceUnit(command: readonly string[], program: { readonly hasAddon: boolean }): string {
  return lines([
    "[Unit]",
    "Description=Hosts file up to date with Kubernetes (webhook for ExternalDNS)",
    `Documentation=man:${serviceName}(8)`,
    `Requires=${socketUnitName}`,
    `After=${socketUnitName} ${responderUnitName}`,
    // A socket cannot be opened anew under a service that runs.
    `PartOf=${responderUnitName}`,
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=notify",
    // Node has no datagram sockets of the Unix family, so systemd-notify(1) speaks for it where the addon is missing.
    `NotifyAccess=${program.hasAddon ? "main" : "all"}`,
    `EnvironmentFile=-${linuxPlaces.settingsFile}`,
    `ExecStart=${command.map(quote).join(" ")} serve`,
    "ExecReload=/bin/kill -HUP $MAINPID",
    "Restart=always",
    // Callers wait meanwhile, and a start that fails each time costs little.
    "RestartSec=500ms",
    "WatchdogSec=60s",
    // A process that hangs has nothing to save: the records are on the disk before they are answered.
    "WatchdogSignal=SIGKILL",
    "TimeoutStartSec=90s",
    "TimeoutStopSec=30s",
    // What it runs (cp for access lists, systemd-notify) ends with its work, not under it.
    "KillMode=mixed",
    // A dump of its memory would hold the token.
    "LimitCORE=0",
    `StateDirectory=${serviceName}`,
    "StateDirectoryMode=0700",
    "",
    ...sandbox,
    "",
    "[Install]",
    "WantedBy=multi-user.target",
    `Also=${socketUnitName}`,
  ]);
}

/**
 * What the service may do (systemd.exec(5)): replace the hosts file, which takes the folder `/etc` (a rename over a
 * mount point, as ReadWritePaths=/etc/hosts would make it, is refused), keep its own state, and speak on the sockets that
 * it was given. It is root as the owner of `/etc`, with none of root's powers: a hosts file that somebody else owns is
 * written in place. Node writes the code that it runs, so MemoryDenyWriteExecute= is out.
 */
const sandbox = [
  "CapabilityBoundingSet=",
  "NoNewPrivileges=yes",
  "ProtectSystem=strict",
  "ReadWritePaths=/etc",
  "ProtectHome=yes",
  "PrivateMounts=yes",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "DevicePolicy=closed",
  "ProtectClock=yes",
  "ProtectControlGroups=yes",
  "ProtectHostname=yes",
  "ProtectKernelLogs=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelTunables=yes",
  "ProtectProc=invisible",
  "ProcSubset=pid",
  // It is given the sockets that callers come over, and makes none of its own.
  "RestrictAddressFamilies=AF_UNIX AF_NETLINK",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "RemoveIPC=yes",
  "KeyringMode=private",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "SystemCallFilter=~@privileged @resources @keyring @timer",
  "SystemCallErrorNumber=EPERM",
  "UMask=0077",
];

/** Blanks and quotes split a command line, `%` and `$` have a special meaning (systemd.service(5), COMMAND LINES). */
export function quote(word: string): string {
  const text = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w./@:+-]+$/.test(text) ? text : `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

function lines(texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}
