/** Tries to take a lock, says how it ended, and keeps it until its input ends; for tests that start many at once. */
import { takeLock } from "../../src/sinks/hosts-file/lock.ts";

const [path = "", stateFolder = ""] = process.argv.slice(2);
const lock = takeLock({ path, stateFolder, holder: { pid: process.pid, since: Date.now(), what: "locker" } });
process.stdout.write(`${JSON.stringify({ state: lock.state, holder: "holder" in lock ? lock.holder : undefined })}\n`);
process.stdin.on("end", () => void (lock.state === "held" && lock[Symbol.asyncDispose]())).resume();
