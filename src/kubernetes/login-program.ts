/** A kubeconfig may name a program that logs in. It runs as the user who called us and only where that user means it, never with root's powers for another. */
import { lstatSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { TroubleError } from "../base/trouble.ts";
import { refusalOfKuberc } from "./kuberc.ts";
import type { ClusterPlace } from "./place.ts";
import { asUser, loginBehindSudo } from "../platform/login.ts";
import { currentUser } from "../platform/user.ts";
import { usersFile } from "../platform/linux-files.ts";

/** A user of a kubeconfig, as far as it may have programs run (k8s.io/client-go, tools/clientcmd/api). */
interface LoginUser {
  readonly exec?: LoginExec | undefined;
  readonly authProvider?: { readonly config?: Readonly<Record<string, unknown>> | undefined } | undefined;
}

interface LoginExec {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
}

/** A login program, where it was found, which user runs this process, and for which user. */
interface LoginQuestion {
  /** As {@link loginProgramOf} has it. */
  readonly program: string;
  readonly place: Pick<ClusterPlace, "isHearsay">;
  /** The kubeconfigs that may have named it. */
  readonly files: readonly string[];
  readonly user?: number | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Of passwd(5). */
  readonly passwd?: string;
}

/** How the program may run: as it is written, or with these words before it. */
type LoginPermission = { readonly before: readonly string[] };

/** The program of a user, as it is written in the kubeconfig; undefined when none is run. */
export function loginProgramOf(user: LoginUser | null): string | undefined {
  if (user?.exec !== undefined) return [user.exec.command, ...(user.exec.args ?? [])].join(" ");
  const { exec, "cmd-path": command } = user?.authProvider?.config ?? {};
  if (typeof command === "string") return command;
  return exec === undefined ? undefined : JSON.stringify(exec);
}

/**
 * Decides how a login program runs. What a `config.yaml` alone names is not run, since the file may be somebody else's.
 * Behind sudo the program runs as the user who typed it. For root itself the kubeconfig must be root's own, up to the top
 * folder, so that nobody else decides what root runs.
 *
 * @throws TroubleError `login-program-refused` (exit 3)
 */
export function permitLogin({
  program,
  place,
  files,
  user = currentUser(),
  environment = process.env,
  passwd = usersFile,
}: LoginQuestion): LoginPermission {
  if (place.isHearsay === true) throw ofConfiguration(program, files);
  if (user !== 0) return { before: [] };
  const login = loginBehindSudo(environment, passwd);
  if (login !== undefined) return { before: asUser(login) };
  if (!files.every(isRootsOwn)) throw asRoot(program, files);
  return { before: [] };
}

const writableByGroupOrOthers = 0o022;
const sticky = 0o1000;

function isRootsOwn(file: string): boolean {
  try {
    for (let path = realpathSync(file); ; path = dirname(path)) {
      const { uid, mode } = lstatSync(path);
      const isOpen = (mode & writableByGroupOrOthers) !== 0 && (mode & sticky) === 0;
      if (uid !== 0 || isOpen) return false;
      if (path === dirname(path)) return true;
    }
  } catch {
    return false;
  }
}

function ofConfiguration(program: string, files: readonly string[]): TroubleError {
  const [file = "FILE"] = files;
  const message = `The kubeconfig ${file} is named by the configuration and logs in with a program, which was not run: ${program}`;
  const hint = `If you trust it, name the kubeconfig yourself: --kubeconfig ${file}`;
  return new TroubleError({ code: "login-program-refused", message, hint }, { exitCode: 3 });
}

function asRoot(program: string, files: readonly string[]): TroubleError {
  const message = `The kubeconfig ${files.join(", ")} logs in with a program, and others than root may write it. Root did not run the program: ${program}`;
  const hint = "Run the command as the user whose kubeconfig it is, without sudo.";
  return new TroubleError({ code: "login-program-refused", message, hint }, { exitCode: 3 });
}

/**
 * Holds the user's own preferences.
 *
 * @throws TroubleError `login-program-refused` (exit 3)
 */
export function refuseByKuberc(command: string, program: string): void {
  const reason = refusalOfKuberc({ command });
  if (reason === undefined) return;
  const message = `kubectl's preferences do not allow the login program of the kubeconfig, since ${reason}. It was not run: ${program}`;
  const hint = "If you trust it, add it to credentialPluginAllowlist there.";
  throw new TroubleError({ code: "login-program-refused", message, hint }, { exitCode: 3 });
}

/**
 * The trouble of a program of ours, such as Helm, that would run the login program as root for another user.
 *
 * @param runner - as in `helm`
 */
export function runnerAsRoot(program: string, runner: string): TroubleError {
  const message = `The kubeconfig logs in with a program, which ${runner} would run as root, so ${runner} was not run: ${program}`;
  const hint = "Run the command without sudo; dtk does not need it.";
  return new TroubleError({ code: "login-program-refused", message, hint }, { exitCode: 3 });
}
