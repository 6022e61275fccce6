/** Do Docker's containers ask this machine's resolver? Docker hands them the servers behind systemd-resolved, which do not know our names. */
import { Resolver } from "node:dns/promises";
import * as z from "zod/mini";
import { parseJSON } from "../../base/json.ts";
import { platform } from "../../platform/current.ts";
import {
  dockerBridge,
  dockerSettingsFile,
  resolvedFolders,
  restartDocker,
  restartResolved,
} from "../../platform/linux-files.ts";
import { systemNetworks } from "../../platform/networks.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { lookAtResolver } from "../looks/resolver.ts";

export const dockerDNS: Check = {
  id: "docker-dns",
  title: "Containers of Docker resolve our names",
  needs: ["server-answers"],
  run: async ({ once, readFile, status }) => {
    const responds = (await status())?.sinks.some(({ responder }) => responder !== undefined) === true;
    const bridge = systemNetworks.interfaces().find(({ interfaceName }) => interfaceName === dockerBridge)?.address;
    const { resolved } = await once(lookAtResolver);
    if (!responds || bridge === undefined || !resolved.isRunning)
      return [ok("No Docker here has to be told of systemd-resolved.")];
    const settings = (await readFile(dockerSettingsFile))?.toString("utf8");
    return [judgeDocker({ bridge, isAnswered: await isAnswered(bridge), settings })];
  },
};

export interface DockerFacts {
  /** This machine's address on Docker's bridge. */
  readonly bridge: string;
  /** Whether a DNS server answers there. */
  readonly isAnswered: boolean;
  /** The text of daemon.json; undefined where there is none. */
  readonly settings: string | undefined;
}

const settingsSchema = z.object({ dns: z.optional(z.array(z.string())) });

/** Judges whether containers ask systemd-resolved, and whether that answers them. */
export function judgeDocker({ bridge, isAnswered: answers, settings }: DockerFacts): Finding {
  const named = z.safeParse(settingsSchema, parseJSON(settings ?? "{}")).data?.dns ?? [];
  const isNamed = named.includes(bridge);
  if (isNamed && answers) return ok(`Containers of Docker ask this machine's resolver at ${bridge}.`);
  if (isNamed) {
    return {
      grade: "warning",
      code: "docker-dns-silent",
      message: `Docker tells its containers to ask ${bridge} (${dockerSettingsFile}), where no DNS server answers.`,
      hint: "Let systemd-resolved listen there:",
      command: listenCommand(bridge),
    };
  }
  const isNew = settings === undefined;
  const commands = [...(answers ? [] : [listenCommand(bridge)]), ...(isNew ? [nameCommand(bridge)] : [])];
  return {
    grade: "note",
    code: "docker-dns-unset",
    message: "Containers of Docker do not ask systemd-resolved, so they resolve none of our names.",
    hint: isNew
      ? "If they should:"
      : `If they should, write "dns": ["${bridge}"] into ${dockerSettingsFile}, restart Docker${answers ? "." : ", and type:"}`,
    command: commands.join(" && ") || undefined,
  };
}

const { asRoot } = platform.commands;
const [folder = ""] = resolvedFolders;

function listenCommand(address: string): string {
  const file = `${folder}/docker.conf`;
  return `${asRoot(`mkdir -p ${folder}`)} && printf '[Resolve]\\nDNSStubListenerExtra=${address}\\n' | ${asRoot(`tee ${file}`)} && ${asRoot(restartResolved)}`;
}

function nameCommand(address: string): string {
  return `printf '{ "dns": ["${address}"] }\\n' | ${asRoot(`tee ${dockerSettingsFile}`)} && ${asRoot(restartDocker)}`;
}

/** Any answer counts, also that there is no such name. */
async function isAnswered(address: string): Promise<boolean> {
  const resolver = new Resolver({ timeout: 1000, tries: 2 });
  resolver.setServers([address]);
  return resolver.resolve4("localhost").then(
    () => true,
    ({ code }: NodeJS.ErrnoException) => code === "ENOTFOUND" || code === "ENODATA",
  );
}
