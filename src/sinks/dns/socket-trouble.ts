/** Troubles of the responder's sockets, in words. */
import { errorCode, messageOf } from "../../base/errors.ts";
import type { Trouble } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";
import type { PortHolder } from "../../platform/port-holder.ts";
import { formatListenAddress } from "../../records/listen-address.ts";
import type { SocketPlace } from "../../engine/responder.ts";

/** Why a socket is not open. */
export interface SocketFailure {
  /** Of the system, as in `EADDRINUSE`. */
  readonly code: string;
  readonly message: string;
  /** The program that has the port, where that is the reason and it can be seen. */
  readonly holder: Pick<PortHolder, "pid" | "name"> | undefined;
}

/** What the system said. */
export function failureOf(error: unknown, holder: SocketFailure["holder"]): SocketFailure {
  return {
    code: errorCode(error) ?? "unknown",
    message: messageOf(error),
    holder,
  };
}

/** One trouble for all sockets that are closed for the same reason. */
export function socketTroubles(
  failed: readonly { readonly place: SocketPlace; readonly failure: SocketFailure }[],
): readonly Trouble[] {
  const groups = Map.groupBy(failed, ({ failure }) => `${failure.code} ${failure.holder?.pid ?? ""}`);
  return [...groups.values()].flatMap(([first, ...others]) =>
    first === undefined
      ? []
      : troubleOf(
          [first, ...others].map(({ place }) => place),
          first.failure,
        ),
  );
}

function troubleOf(places: readonly SocketPlace[], { code, message, holder }: SocketFailure): Trouble {
  const names = [...new Set(places.map(({ place }) => formatListenAddress(place)))];
  const where = names.join(" and ");
  const port = places[0]?.place.port ?? 0;
  switch (code) {
    case "EADDRINUSE":
      return {
        code: "dns-port-taken",
        severity: "error",
        message: `The DNS responder does not answer on ${where}, since ${holder === undefined ? "another program" : describe(holder)} has the port.`,
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

function describe({ name, pid }: Pick<PortHolder, "pid" | "name">): string {
  return `${name} (process ${pid})`;
}
