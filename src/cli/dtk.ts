#!/usr/bin/env node
/** Where dtk starts: turns on the compile cache before anything large is loaded, as start-up time is mostly compiling. */
import { keepCompiledCode } from "./compile-cache.ts";

keepCompiledCode();
const [{ run }, { dtk }, { rewriteSeedSpelling }] = await Promise.all([
  import("./program.ts"),
  import("./dtk-commands.ts"),
  import("./seed-spelling.ts"),
]);
process.exitCode = await run(dtk, rewriteSeedSpelling(process.argv));
