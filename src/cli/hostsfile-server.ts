/** Runs the command that was typed. */
import { start } from "./program.ts";
import { hostsfileServer } from "./server/commands.ts";

await start(hostsfileServer, process.argv);
