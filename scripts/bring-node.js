/**
 * Makes the Node that `npm ci` fetched the one of npm's scripts and of the launchers. npm 11 does it; older ones remove the
 * link together with the packages of other platforms, which have one of the same name. An old Node runs this.
 */
import { existsSync, symlinkSync } from "node:fs";
import { join } from "node:path";

const link = "node_modules/.bin/node";
const fetched = ["node", "node-bin"]
  .map((name) => join("..", `${name}-${process.platform}-${process.arch}`, "bin/node"))
  .find((path) => existsSync(join("node_modules/.bin", path)));

if (!existsSync(link)) {
  const [major = ""] = process.versions.node.split(".");
  if (fetched !== undefined) symlinkSync(fetched, link);
  else if (Number(major) < 24) {
    console.error(
      `npm brings no Node for ${process.platform} on ${process.arch}, and the one on PATH is ${process.versions.node}; to fix, install Node 24 or newer`,
    );
    process.exitCode = 3;
  }
}
