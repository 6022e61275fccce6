#!/usr/bin/env node
/** Where the command starts: turns on the compile cache before anything large is loaded, as start-up time is mostly compiling. */
import { bundleFor } from "./bundle.ts";
import { isNodeNewEnough } from "./node-version.ts";

if (isNodeNewEnough("hostsfile-server")) {
  const { keepCompiledCode } = await import("./compile-cache.ts");
  keepCompiledCode();
  // Each is a bundle of `hostsfile-server.ts` (scripts/build.ts).
  const bundle = `./${bundleFor(process.argv.slice(2))}.js`;
  await import(bundle);
}
