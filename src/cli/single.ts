/** Where the single executable starts: one file for both commands, told apart by the name that it was called by. */
import { basename } from "node:path";

/** A CommonJS file, whose compiled code the executable can hold, has no await outside of functions. */
async function main(): Promise<void> {
  const { start } = await import("./program.ts");
  if (basename(process.argv0) === "dtk") {
    const [{ dtk }, { rewriteSeedSpelling }] = await Promise.all([
      import("./dtk-commands.ts"),
      import("./seed-spelling.ts"),
    ]);
    return start(dtk, rewriteSeedSpelling(process.argv));
  }
  const { hostsfileServer } = await import("./commands.ts");
  return start(hostsfileServer, process.argv);
}

void main();
