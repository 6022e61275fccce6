/** Where the single executable starts: one file for both commands, told apart by the name that it was called by. */
import { basename } from "node:path";
import { getAsset } from "node:sea";

/** A CommonJS file, whose compiled code the executable can hold, has no await outside of functions. */
async function main(): Promise<void> {
  if (process.argv[2] === "--licenses") {
    process.stdout.write(getAsset("THIRD-PARTY-NOTICES.txt", "utf8"));
    return;
  }
  const { start } = await import("./program.ts");
  if (basename(process.argv0) === "dtk") {
    const [{ dtk }, { rewriteSeedSpelling }] = await Promise.all([
      import("./dtk/commands.ts"),
      import("./seed-spelling.ts"),
    ]);
    return start(dtk, rewriteSeedSpelling(process.argv));
  }
  const { hostsfileServer } = await import("./server/commands.ts");
  return start(hostsfileServer, process.argv);
}

void main();
