/** Finds the kubeconfig of the user who typed sudo, since sudo hides it (sudo(8), env_reset). */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readPlainKubeconfig } from "./plain-kubeconfig.ts";
import { currentUser } from "../platform/user.ts";
import { rootKubeconfig, usersFile } from "../platform/linux-files.ts";

interface SudoOptions {
  /** Whose process it is. */
  readonly user?: number | undefined;
  /** Of passwd(5). */
  readonly file?: string;
  /** Where root's own kubeconfig would be. */
  readonly own?: string;
  /** The context that is meant, the current one unless given. */
  readonly context?: string | undefined;
}

/**
 * Finds it where root has none. Only one that is plain for the context that is meant counts: another may name a program.
 *
 * @returns its path, or undefined
 */
export function kubeconfigBehindSudo(
  environment: Readonly<Record<string, string | undefined>> = process.env,
  { user = currentUser(), file = usersFile, own = rootKubeconfig, context }: SudoOptions = {},
): string | undefined {
  const { SUDO_USER: name, KUBECONFIG: given = "" } = environment;
  if (user !== 0 || name === undefined || given !== "" || existsSync(own)) return undefined;
  const home = readLines(file)
    .map((line) => line.split(":"))
    .find(([login]) => login === name)?.[5];
  const path = join(home ?? "/", ".kube", "config");
  return readPlainKubeconfig(path, context) === undefined ? undefined : path;
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n");
  } catch {
    return [];
  }
}
