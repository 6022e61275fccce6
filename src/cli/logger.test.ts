/** The log is told what happens, and never decides what happens. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { expect, test } from "vitest";

test.skipIf(process.platform !== "linux").each(["json", "text"])(
  "a %s log on a full disk ends nothing (/dev/full is Linux's)",
  (format) => {
    const full = openSync("/dev/full", "w");
    try {
      const script = `
        const { makeLogger } = await import(${JSON.stringify(import.meta.resolve("./logger.ts"))});
        const log = await makeLogger({ format: "${format}", isDebug: false });
        for (const word of ["one", "two"]) log.info({}, word);
        setTimeout(() => console.log("still here"), 20);`;
      const command = ["--input-type=module", "--eval", script];
      const { status, stdout } = spawnSync(process.execPath, command, { stdio: ["ignore", "pipe", full] });
      expect([status, String(stdout)]).toEqual([0, "still here\n"]);
    } finally {
      closeSync(full);
    }
  },
);
