#!/usr/bin/env node
/** Where the command starts: turns on the compile cache before anything large is loaded, as start-up time is mostly compiling. */
import { isNodeNewEnough } from "./node-version.ts";

if (isNodeNewEnough("hostsfile-server")) {
  const { keepCompiledCode } = await import("./compile-cache.ts");
  keepCompiledCode();
  const [{ start }, { hostsfileServer }] = await Promise.all([import("./program.ts"), import("./server/commands.ts")]);
  await start(hostsfileServer, process.argv);
}
