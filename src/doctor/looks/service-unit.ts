/** Looks how systemd sees the installed service, once for all checks. */
import { isSystemdThere } from "../../platform/systemd/systemctl.ts";
import { serviceUnitName, socketUnitName } from "../../platform/places.ts";
import type { Desktop } from "../check.ts";

export interface ServiceUnit {
  /** As in `loaded`, `masked`; what is not installed has no unit at all. */
  readonly load: string;
  /** As in `active`, `inactive`, `failed`, `activating`. */
  readonly active: string;
  /** As in `running`, `auto-restart`, `dead`. */
  readonly sub: string;
  /** Why it ended last, as in `success`, `exit-code`, `watchdog`. */
  readonly result: string;
  /** Exit code of its last process. */
  readonly exitCode: string;
  /** As in `enabled`, `disabled`. */
  readonly atBoot: string;
  readonly restarts: number;
  /** Whether its socket holds the port. */
  readonly isSocketActive: boolean;
}

const properties = [
  "LoadState",
  "ActiveState",
  "SubState",
  "Result",
  "ExecMainStatus",
  "UnitFileState",
  "NRestarts",
] as const;

/** Looks; undefined where no systemd runs or the service is not installed. */
export async function lookAtService({ run }: Desktop): Promise<ServiceUnit | undefined> {
  if (!isSystemdThere()) return undefined;
  const show = ["show", "--property", properties.join(",")];
  const [service, socket] = await Promise.all([
    run("systemctl", [...show, serviceUnitName]),
    run("systemctl", ["show", "--property", "ActiveState", socketUnitName]),
  ]);
  return readUnit(service.output, socket.output);
}

/**
 * Reads what systemctl(1) shows.
 *
 * @param service - lines as in `ActiveState=active`
 * @param socket - the same of the socket
 */
export function readUnit(service: string, socket: string): ServiceUnit | undefined {
  const values = new Map(
    service.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const value = (name: (typeof properties)[number]): string => values.get(name) ?? "";
  const load = value("LoadState");
  if (load === "" || load === "not-found") return undefined;
  return {
    load,
    active: value("ActiveState"),
    sub: value("SubState"),
    result: value("Result"),
    exitCode: value("ExecMainStatus"),
    atBoot: value("UnitFileState"),
    restarts: Number(value("NRestarts")) || 0,
    isSocketActive: /^ActiveState=active$/m.test(socket),
  };
}
