#!/usr/bin/env node
/** Where the command starts: turns on the compile cache before anything large is loaded, as start-up time is mostly compiling. */
import { enableCompileCache } from "node:module";

enableCompileCache();
const { run } = await import("./program.ts");
process.exitCode = await run(process.argv);
