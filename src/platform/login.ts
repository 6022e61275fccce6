/** The user who typed sudo: who that is, what the user's shell had in its environment, and how something is done as that user. */
import { readFileSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import { statusFileOf, environmentFileOf, usersFile } from "./linux-files.ts";

export interface Login {
  readonly name: string;
  readonly user: number;
  readonly group: number;
  readonly home: string;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds the user behind sudo (sudo(8): SUDO_UID).
 *
 * @param file - of passwd(5)
 * @returns undefined when nobody typed sudo, root did, or the user is not in the list
 */
export function loginBehindSudo(
  { SUDO_UID: text = "" }: Environment = process.env,
  file = usersFile,
): Login | undefined {
  const user = Number(text);
  if (!(user > 0)) return undefined;
  const rows = readFileSync(file, "utf8").split("\n");
  const row = rows.map((line) => line.split(":")).find(([, , id]) => Number(id) === user);
  const [name = "", , , group, , home = "/"] = row ?? [];
  return row === undefined ? undefined : { name, user, group: Number(group), home };
}

/** The words for setpriv(1), which changes the user for good. */
export function asUser({ name, user, group, home }: Login): readonly string[] {
  const identity = [`--reuid=${user}`, `--regid=${group}`, "--init-groups", "--inh-caps=-all"];
  return ["setpriv", ...identity, "--", "env", `HOME=${home}`, `USER=${name}`, `LOGNAME=${name}`];
}

/** Puts words before a command with which it ends when this process does, whatever ends that (prctl(2), PR_SET_PDEATHSIG). */
export function withParent(words: readonly string[]): readonly string[] {
  const [program = "setpriv", ...rest] = words;
  return [program, "--pdeathsig=TERM", ...(rest.length === 0 ? ["--"] : rest)];
}

/**
 * The environment of the shell in which the user typed sudo, which sudo hides (sudoers(5), env_reset): that of the sudo
 * process above this one. Where there is none, this process's own. Settings of the server are left out, and kubeconfigs
 * have absolute paths.
 */
export function shellVariables(): Environment {
  const { KUBECONFIG: files = "", ...others } = environmentBehindSudo();
  const kept = Object.entries(others).filter(([name]) => !name.startsWith("HOSTSFILE_SERVER_"));
  const paths = files.split(delimiter).filter((path) => path !== "");
  const kubeconfigs = paths.length === 0 ? {} : { KUBECONFIG: paths.map((path) => resolve(path)).join(delimiter) };
  return { ...Object.fromEntries(kept), ...kubeconfigs };
}

function environmentBehindSudo(): Environment {
  try {
    const pid = findSudo(process.ppid);
    if (pid === undefined) return process.env;
    const variables = readFileSync(environmentFileOf(pid), "utf8").split("\0");
    return Object.fromEntries(variables.filter((each) => each.includes("=")).map(splitVariable));
  } catch {
    return process.env;
  }
}

/** A launcher or a shell may be between; sudo itself may have a process that watches over the command. */
const mostSteps = 6;

function findSudo(pid: number, steps = mostSteps): number | undefined {
  if (steps === 0 || pid <= 1) return undefined;
  const status = readFileSync(statusFileOf(pid), "utf8");
  if (/^Name:\s+sudo$/m.test(status)) return pid;
  return findSudo(Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]), steps - 1);
}

function splitVariable(text: string): [string, string] {
  const end = text.indexOf("=");
  return [text.slice(0, end), text.slice(end + 1)];
}

/**
 * Does something with a user's rights in place of root's, so that nothing in the user's own folders, such as a link, leads
 * root anywhere. Nothing else may run in this process meanwhile.
 */
export async function actAs<Result>({ user, group }: Login, work: () => Promise<Result>): Promise<Result> {
  const { setgroups, setegid, seteuid, getgroups, getegid, geteuid } = process;
  if (setgroups === undefined || setegid === undefined || seteuid === undefined) return work();
  const [groups, ownGroup, ownUser] = [getgroups?.() ?? [], getegid?.() ?? 0, geteuid?.() ?? 0];
  setgroups([group]);
  setegid(group);
  seteuid(user);
  try {
    return await work();
  } finally {
    seteuid(ownUser);
    setegid(ownGroup);
    setgroups(groups);
  }
}
