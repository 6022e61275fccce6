/** Troubles of the responder's sockets, in words. */
import { errorCode, messageOf } from "../../base/errors.ts";
import { renderCommand } from "../../base/shell.ts";
import type { Trouble } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";
import { serviceName } from "../../platform/places.ts";
import type { PortHolder } from "../../platform/port-holder.ts";
import { formatListenAddress } from "../../records/listen-address.ts";
import type { SocketPlace } from "../../engine/responder.ts";

/** Why a socket is not open. */
export interface SocketFailure {
  /** Of the system, as in `EADDRINUSE`. */
  readonly code: string;
  readonly message: string;
  /** The program that has the port, where that is the reason and it can be seen. */
  readonly holder: Pick<PortHolder, "pid" | "name" | "isOurs"> | undefined;
  /** Whether it is known as far as it can be; the program that has a port is looked for at leisure. */
  readonly isExplained: boolean;
}

/** What the system said. */
export function failureOf(error: unknown): SocketFailure {
  const code = errorCode(error) ?? "unknown";
  const isExplained = !["EADDRINUSE", "EAFNOSUPPORT"].includes(code);
  return { code, message: messageOf(error), holder: undefined, isExplained };
}

/** The address of an open socket is on no interface any more. */
export const addressGone: SocketFailure = {
  code: "EADDRNOTAVAIL",
  message: "no interface has the address",
  holder: undefined,
  isExplained: true,
};

/** A service may open no sockets of its own (systemd.exec(5), RestrictAddressFamilies). */
export function isForbidden({ code }: SocketFailure): boolean {
  return code === "EAFNOSUPPORT";
}

/**
 * One trouble for all sockets that are closed for the same reason.
 *
 * @param isAsked - whether somebody asked for the responder. If not, only another program that has the port is worth a
 *   word, and no server of ours, as one that was started beside this one
 */
export function socketTroubles(
  failed: readonly { readonly place: SocketPlace; readonly failure: SocketFailure }[],
  isAsked: boolean,
): readonly Trouble[] {
  const reported = failed.filter(({ failure: { holder } }) => isAsked || holder?.isOurs === false);
  const groups = Map.groupBy(reported, ({ failure }) => `${failure.code} ${failure.holder?.pid ?? ""}`);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : softened(
          troubleOf(
            [first, ...others].map(({ place }) => place),
            first.failure,
          ),
          isAsked,
        ),
  );
}

function softened(trouble: Trouble, isAsked: boolean): Trouble {
  return isAsked ? trouble : { ...trouble, severity: "info" };
}

function troubleOf(places: readonly SocketPlace[], { code, message, holder }: SocketFailure): Trouble {
  const names = [...new Set(places.map(({ place }) => formatListenAddress(place)))];
  const where = names.join(" and ");
  const port = places[0]?.place.port ?? 0;
  switch (code) {
    case "EAFNOSUPPORT":
      return notOpened(where, holder);
    case "EADDRINUSE":
      return {
        code: "dns-port-taken",
        severity: "error",
        message: taken(where, holder),
        hint: holder === undefined ? "See which program it is:" : "If it is not needed, end it:",
        command:
          holder === undefined ? platform.commands.showListeners(port) : platform.commands.endProcess(holder.pid),
        isRetried: true,
      };
    case "EADDRNOTAVAIL":
      return {
        code: "dns-address-not-here",
        severity: "warning",
        message: `The DNS responder does not answer on ${where}, since no interface has the address.`,
        hint: "If it is a bridge that comes with its cluster, nothing is to be done. See which addresses there are:",
        command: "ip -brief address",
        isRetried: true,
      };
    case "EACCES":
      return {
        code: "dns-port-not-permitted",
        severity: "error",
        message: `The DNS responder does not answer on ${where}, since this user may not open the port.`,
        hint: "Run the server with sudo, or name a port from 1024 on with --dns-listen.",
        isRetried: true,
      };
    default:
      return {
        code: "dns-socket-failed",
        severity: "error",
        message: `The DNS responder does not answer on ${where}: ${message}`,
        hint: "Wait a moment; if it stays, see which addresses this machine has:",
        command: "ip -brief address",
        isRetried: true,
      };
  }
}

function taken(where: string, holder: SocketFailure["holder"]): string {
  const who = holder === undefined ? "another program" : describe(holder);
  return `The DNS responder does not answer on ${where}, since ${who} has the port.`;
}

/** The service manager opens the sockets of a service, and does so only when the service starts. */
function notOpened(where: string, holder: SocketFailure["holder"]): Trouble {
  const { services, commands } = platform;
  if (holder !== undefined) {
    return {
      code: "dns-port-taken",
      severity: "error",
      message: taken(where, holder),
      hint: "End it if it is not needed, then start the service anew:",
      command: commands.asRoot(renderCommand(services.commands.restart)),
    };
  }
  return {
    code: "dns-socket-not-passed",
    severity: "error",
    message: `The DNS responder does not answer on ${where}, since ${services.name} did not open the socket and the service may not.`,
    hint: "Bring the installation up to date:",
    command: commands.asRoot(`${serviceName} install`),
  };
}

function describe({ name, pid }: Pick<PortHolder, "pid" | "name">): string {
  return `${name} (process ${pid})`;
}
