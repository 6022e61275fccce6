#!/usr/bin/env node
/** Where dtk starts: turns on the compile cache before anything large is loaded, as start-up time is mostly compiling. */
import { isNodeNewEnough } from "./node-version.ts";

if (isNodeNewEnough("dtk")) {
  const { keepCompiledCode } = await import("./compile-cache.ts");
  keepCompiledCode();
  const [{ start }, { dtk }, { rewriteSeedSpelling }] = await Promise.all([
    import("./program.ts"),
    import("./dtk/commands.ts"),
    import("./seed-spelling.ts"),
  ]);
  await start(dtk, rewriteSeedSpelling(process.argv));
}
