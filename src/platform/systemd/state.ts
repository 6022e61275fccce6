/** The state of the service, as systemd sees it. */
import type { ProgramReader, ServiceState } from "../service-manager.ts";
import { serviceUnitName } from "./names.ts";

const properties = ["LoadState", "ActiveState", "Result", "ExecMainStatus", "UnitFileState", "NRestarts"] as const;

/** Asks systemd; undefined where the service is not installed. */
export async function findState(look: ProgramReader): Promise<ServiceState | undefined> {
  const { output } = await look("systemctl", ["show", "--property", properties.join(","), serviceUnitName]);
  return readState(output);
}

/**
 * Reads what `systemctl show` prints.
 *
 * @param text - lines as in `ActiveState=active`
 */
export function readState(text: string): ServiceState | undefined {
  const values = new Map(
    text.split("\n").map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  const value = (name: (typeof properties)[number]): string => values.get(name) ?? "";
  if (value("LoadState") === "" || value("LoadState") === "not-found") return undefined;
  const activities: Readonly<Record<string, ServiceState["activity"]>> = { active: "running", inactive: "stopped" };
  return {
    activity: activities[value("ActiveState")] ?? "failing",
    lastEnd: value("Result") === "exit-code" ? `exit code ${value("ExecMainStatus")}` : value("Result"),
    restarts: Number(value("NRestarts")) || 0,
    startsAtBoot: value("UnitFileState") !== "disabled",
  };
}
