#!/usr/bin/env node
/** Where the command starts: turns on the compile cache before anything large is loaded, as start-up time is mostly compiling. */
import { isNodeNewEnough } from "./node-version.ts";
import { onlyServes } from "./only-serves.ts";

if (isNodeNewEnough("hostsfile-server")) {
  const { keepCompiledCode } = await import("./compile-cache.ts");
  keepCompiledCode();
  // Both are bundles of `hostsfile-server.ts` (scripts/build.ts).
  const bundle: string = onlyServes(process.argv.slice(2)) ? "./serve.js" : "./commands.js";
  await import(bundle);
}
