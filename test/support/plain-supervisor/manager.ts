/** A service manager of a few lines behind the port: a shell script that keeps one service running, all in one folder. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { renderCommand } from "../../../src/base/shell.ts";
import type { ListenPlace, ServiceManager, Supervisor } from "../../../src/platform/service-manager.ts";

/** It tells the server nothing, and passes no socket. */
const silentSupervisor: Supervisor = {
  descriptor: undefined,
  responderSockets: () => [],
  isThere: false,
  ready: async () => {},
  reloading: async () => {},
  stopping: async () => {},
  [Symbol.asyncDispose]: async () => {},
};

/**
 * The manager of one folder.
 *
 * @param folder - where the service, its log and its state are
 * @param settingsFile - the environment of the service
 */
export function plainSupervisor(folder: string, settingsFile: string): ServiceManager {
  const inFolder = (name: string): string => join(folder, name);
  const run = inFolder("run");
  const script = join(import.meta.dirname, "supervise.sh");
  const read = (name: string): string | undefined =>
    existsSync(inFolder(name)) ? readFileSync(inFolder(name), "utf8").trim() : undefined;
  const isRunning = (): boolean => read("supervisor.pid") !== undefined;
  const placeText = ({ host = "*", port }: ListenPlace): string => `${host}:${port}`;
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) await sleep(20);
  };
  const stop = async (): Promise<void> => {
    rmSync(inFolder("enabled"), { force: true });
    if (!isRunning()) return;
    process.kill(Number(read("supervisor.pid")), "SIGTERM");
    await until(() => !isRunning());
  };
  return {
    name: "the plain supervisor",
    service: "hostsfile-server",
    portHolder: "hostsfile-server",
    settingsFormat: "sh(1)",
    commands: {
      start: ["sh", script, folder],
      stop: ["touch", inFolder("stopped")],
      restart: ["kill", "$(cat pid)"],
      reload: ["kill", "-HUP", "$(cat pid)"],
      enable: ["touch", inFolder("enabled")],
      enableNow: ["sh", script, folder],
      status: ["cat", inFolder("pid")],
      log: ["cat", inFolder("log")],
      recentLog: ["tail", inFolder("log")],
      changePlace: [["vi", settingsFile]],
      stopOther: (service) => ["killall", service],
    },
    findObstacle: () => undefined,
    findPresent: async () => ({
      place: /^# listens on (.*)$/m.exec(read("run") ?? "")?.[1],
      isListening: isRunning(),
      pid: Number(read("pid") ?? 0) || undefined,
      predecessor: undefined,
    }),
    findState: async () =>
      existsSync(run)
        ? {
            activity: isRunning() ? "running" : "stopped",
            lastEnd: `exit code ${read("last-end") ?? 0}`,
            restarts: existsSync(inFolder("starts")) ? statSync(inFolder("starts")).size / 2 : 0,
            startsAtBoot: existsSync(inFolder("enabled")),
          }
        : undefined,
    placeText,
    filesOf: ({ command = [], listen }) => [
      {
        path: run,
        content: `# listens on ${placeText(listen)}\nset -a\n. ${settingsFile}\nexec ${renderCommand([...command, "serve"])}\n`,
      },
    ],
    optionalFiles: [],
    responderFiles: [],
    findTakenPort: async () => undefined,
    ownPaths: [folder],
    findReplaced: async () => [],
    run: async (change) => {
      if (change === "nothing" && isRunning()) return;
      await stop();
      mkdirSync(folder, { recursive: true });
      writeFileSync(inFolder("enabled"), "");
      rmSync(inFolder("stopped"), { force: true });
      spawn("sh", [script, folder], { detached: true, stdio: "ignore" }).unref();
      await until(isRunning);
    },
    stop,
    forget: async () => {},
    setPredecessorAside: async () => {},
    restorePredecessor: async () => run,
    findSupervisor: () => silentSupervisor,
    isLog: () => false,
    logPrefix: () => "",
  };
}
