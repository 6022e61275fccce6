/** The watcher as a unit of the user's own systemd (systemd.unit(5), user@.service(5)). */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { runProgram } from "../../base/process.ts";
import { TroubleError } from "../../base/trouble.ts";
import { type Login, asUser } from "../login.ts";
import { serviceName } from "../places.ts";
import type { UserServices, WantedWatcher } from "../user-services.ts";
import { patience } from "./systemctl.ts";
import { quote } from "./units.ts";

const watcher = `${serviceName}-watch.service`;

/** A file for each user whose services run from boot on (loginctl(1), enable-linger). */
const lingerFolder = "/var/lib/systemd/linger";

export const systemdOfUsers: UserServices = {
  watcher,
  filesOf: ({ home }, wanted) => {
    const folder = join(home, ".config", "systemd", "user");
    const path = join(folder, watcher);
    return [
      { path, content: watcherUnit(wanted) },
      { path: join(folder, "default.target.wants", watcher), target: path },
    ];
  },
  start: async (login) => {
    if (!isManagerThere(login)) return false;
    await systemctlOf(login, "daemon-reload");
    await systemctlOf(login, "restart", watcher);
    return true;
  },
  stop: async (login) => {
    if (isManagerThere(login)) await runOf(login, "stop", watcher);
  },
  forget: async (login) => {
    if (!isManagerThere(login)) return;
    await runOf(login, "daemon-reload");
    await runOf(login, "reset-failed", watcher);
  },
  runFromBoot: ({ name }) => existsSync(join(lingerFolder, name)),
  letRunFromBoot: ({ name }) => ["loginctl", "enable-linger", name],
  startByHand: ["systemctl", "--user", "start", watcher],
  log: ["journalctl", "--user", "--unit", watcher],
};

/**
 * The text of the unit. The user's systemd has neither the variables nor the PATH of the user's shell.
 *
 * @param wanted - the command line, and what its environment has
 */
export function watcherUnit({ command, environment }: WantedWatcher): string {
  const lines = [
    "[Unit]",
    "Description=Hands the names of the user's Kubernetes clusters to hostsfile-server",
    `Documentation=man:${serviceName}(8)`,
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    `ExecStart=${command.map(quote).join(" ")}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoteVariable(`${name}=${value}`)}`),
    "Restart=always",
    // A watcher that cannot start, as with a kubeconfig that is broken, says so and costs little.
    "RestartSec=5s",
    // A dump of its memory would hold the token.
    "LimitCORE=0",
    `SyslogIdentifier=${serviceName}-watch`,
    "",
    "[Install]",
    "WantedBy=default.target",
  ];
  return `${lines.join("\n")}\n`;
}

/** As a command line is quoted, but `$` has no special meaning here (systemd.exec(5), Environment=). */
function quoteVariable(text: string): string {
  return `"${text.replaceAll("%", "%%").replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}

function runtimeFolder({ user }: Login): string {
  return `/run/user/${user}`;
}

/** The user's systemd runs while the user is logged in, or from boot on. */
function isManagerThere(login: Login): boolean {
  return existsSync(join(runtimeFolder(login), "systemd", "private"));
}

async function runOf(login: Login, ...words: readonly string[]): ReturnType<typeof runProgram> {
  const [program = "", ...before] = asUser(login);
  const command = [`XDG_RUNTIME_DIR=${runtimeFolder(login)}`, "systemctl", "--user", ...words];
  return runProgram(program, [...before, ...command], { timeout: patience });
}

async function systemctlOf(login: Login, ...words: readonly string[]): Promise<void> {
  const { ok, complaint } = await runOf(login, ...words);
  if (ok) return;
  const message = `systemctl --user ${words.join(" ")} failed for ${login.name}: ${complaint.split("\n")[0] ?? ""}.`;
  const hint = "See why, as this user:";
  const command = `systemctl --user status ${watcher}`;
  throw new TroubleError({ code: "systemd-refused", message: message.replace("..", "."), hint, command });
}
