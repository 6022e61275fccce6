/** Commands that change the system say how to run them as root, instead of failing half-way. */
import { TroubleError } from "../base/trouble.ts";
import { platform } from "../platform/current.ts";
import { isRoot } from "../platform/user.ts";
import { ownCommand } from "./own-command.ts";

/**
 * Ends a command that needs root for anybody else.
 *
 * @throws TroubleError `not-root` (exit 3) with the line to type
 */
export function requireRoot(command: string): void {
  if (isRoot()) return;
  const line = platform.commands.asRoot([ownCommand(), ...process.argv.slice(2)].join(" "));
  const message = `${command} changes the system, which only root may.`;
  throw new TroubleError({ code: "not-root", message, hint: "Run:", command: line }, { exitCode: 3 });
}
