/** Tells systemd what to do (systemctl(1)). */
import { existsSync } from "node:fs";
import { runProgram } from "../../base/process.ts";
import { TroubleError } from "../../base/trouble.ts";
import { serviceUnitName, socketUnitName } from "../places.ts";

/** What a person types to stop the service. A socket that stays would start it again at the next call. */
export const stopServiceCommand = `sudo systemctl stop ${socketUnitName} ${serviceUnitName}`;

/** Whether systemd runs this machine (sd_booted(3)). */
export function isSystemdThere(): boolean {
  return existsSync("/run/systemd/system");
}

/**
 * Runs systemctl.
 *
 * @throws TroubleError `systemd-refused` (exit 3) with its own words
 */
export async function systemctl(...words: readonly string[]): Promise<string> {
  const { ok, output, complaint } = await runProgram("systemctl", words, { timeout: 120_000 });
  if (ok) return output;
  const message = `systemctl ${words.join(" ")} failed: ${complaint.split("\n")[0] ?? ""}.`.replace("..", ".");
  const hint = "See why:";
  const command = `systemctl status ${serviceUnitName}; journalctl --unit ${serviceUnitName}`;
  throw new TroubleError({ code: "systemd-refused", message, hint, command }, { exitCode: 3 });
}

/** One property of a unit as systemd shows it, empty for an unknown one. */
export async function unitProperty(unit: string, property: string): Promise<string> {
  const { output } = await runProgram("systemctl", ["show", "--property", property, "--value", unit], {});
  return output.trim();
}
