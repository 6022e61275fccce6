/** Tells systemd what to do (systemctl(1)). */
import { existsSync } from "node:fs";
import { runProgram } from "../../base/process.ts";
import { renderCommand } from "../../base/shell.ts";
import { TroubleError } from "../../base/trouble.ts";
import { systemdCommands } from "./commands.ts";
import { serviceUnitName } from "./names.ts";

/** Milliseconds that a service may take to start or stop. */
export const patience = 120_000;

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
  const { ok, output, complaint } = await runProgram("systemctl", words, { timeout: patience });
  if (ok) return output;
  const message = `systemctl ${words.join(" ")} failed: ${complaint.split("\n")[0] ?? ""}.`.replace("..", ".");
  const hint = "See why:";
  const command = `systemctl status ${serviceUnitName}; ${renderCommand(systemdCommands.log)}`;
  throw new TroubleError({ code: "systemd-refused", message, hint, command }, { exitCode: 3 });
}

/** One property of a unit as systemd shows it, empty for an unknown one. */
export async function unitProperty(unit: string, property: string): Promise<string> {
  const { output } = await runProgram("systemctl", ["show", "--property", property, "--value", unit], {});
  return output.trim();
}
