/** kubectl's preferences say which login programs may run at all (kubernetes.io, kuberc, credential plugin policy). */
import { accessSync, constants, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import * as z from "zod/mini";
import { isMissing } from "../base/errors.ts";

const preferenceSchema = z.object({
  credentialPluginPolicy: z.optional(z.nullable(z.enum(["", "AllowAll", "DenyAll", "Allowlist"]))),
  credentialPluginAllowlist: z.optional(z.nullable(z.array(z.strictObject({ name: z.string() })))),
});

interface KubercQuestion {
  /** The program, as the kubeconfig has it. */
  readonly command: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly home?: string;
}

/**
 * Says why the program may not run, as the end of a sentence; undefined where it may. Preferences that cannot be read
 * allow nothing: the user meant to restrict something.
 */
export function refusalOfKuberc({
  command,
  environment = process.env,
  home = homedir(),
}: KubercQuestion): string | undefined {
  const { KUBERC: given = "" } = environment;
  if (given === "off") return undefined;
  const path = given === "" ? join(home, ".kube", "kuberc") : given;
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  const preference = readPreference(text);
  if (preference === undefined) return `${path} cannot be read`;
  const { credentialPluginPolicy: policy, credentialPluginAllowlist: list } = preference;
  if (policy === "DenyAll") return `${path} allows none`;
  if (policy !== "Allowlist") return undefined;
  const wanted = findProgram(command, environment);
  const isAllowed = (list ?? []).some(({ name }) => {
    return wanted !== undefined && name !== "" && findProgram(name, environment) === wanted;
  });
  return isAllowed ? undefined : `${path} does not list it`;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return isMissing(error) ? undefined : "";
  }
}

function readPreference(text: string): z.output<typeof preferenceSchema> | undefined {
  try {
    return z.parse(preferenceSchema, parse(text));
  } catch {
    return undefined;
  }
}

/** The path of a program as it is found on PATH; with a slash it is a path already. */
function findProgram(name: string, { PATH = "" }: Readonly<Record<string, string | undefined>>): string | undefined {
  const places = name.includes("/") ? [name] : PATH.split(delimiter).map((folder) => join(folder, name));
  return places.find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
