/** Asks getaddrinfo(3) for names until it finds them, in the namespaces of a desktop. Run as a program it is the part inside. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { lookup } from "node:dns/promises";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Desktop } from "../test/cluster/desktop.ts";

export interface Resolver extends AsyncDisposable {
  /** Resolves with the moment (process.hrtime, in milliseconds) at which the name was found. */
  readonly find: (name: string) => Promise<number>;
}

/** Starts the part inside, and asks it for one name at a time. */
export function startResolver({ enter }: Pick<Desktop, "enter">): Resolver {
  const [command, ...words] = [...enter, process.execPath, import.meta.filename];
  const child = spawn(command, words, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    find: async (name) => {
      child.stdin.write(`${name}\n`);
      return Number((await lines.next()).value);
    },
    [Symbol.asyncDispose]: async () => {
      const ended = once(child, "exit");
      child.stdin.end();
      await ended;
    },
  };
}

/** Milliseconds of the clock that all processes of a machine share. */
export function sharedClock(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

async function findWhenAsked(): Promise<void> {
  for await (const name of createInterface({ input: process.stdin })) {
    while ((await lookup(name).catch(() => undefined)) === undefined) await sleep(1);
    process.stdout.write(`${sharedClock()}\n`);
  }
}

if (import.meta.main) await findWhenAsked();
