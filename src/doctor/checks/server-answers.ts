/** Does the server answer on its port, and if not, why? Without it nothing new comes into the hosts file. */
import type { Status } from "../../contract/status.ts";
import { renderCommand } from "../../base/shell.ts";
import { serviceName } from "../../platform/places.ts";
import { findPortHolder } from "../../platform/port-holder.ts";
import type { Platform } from "../../platform/platform.ts";
import type { ServiceState } from "../../platform/service-manager.ts";
import { type Trouble, TroubleError, toTrouble } from "../../base/trouble.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { lookAtService } from "../looks/service.ts";

export const serverAnswers: Check = {
  id: "server-answers",
  title: "The server answers",
  needs: [],
  run: async (desktop) => {
    const answer = await answerOf(desktop);
    const { port, platform, isRoot } = desktop;
    if ("server" in answer) return [ok(serverSentence(answer.server, port))];
    const service = await desktop.once(lookAtService);
    const holder = answer.trouble?.code === "server-refused" ? await holderOf(desktop) : undefined;
    return [judgeSilence({ port, trouble: answer.trouble, service, holder, isRoot, platform })];
  },
};

type Answer = { readonly server: Status["server"] } | { readonly trouble: Trouble | undefined };

async function answerOf({ status }: Desktop): Promise<Answer> {
  try {
    return (await status()) ?? { trouble: undefined };
  } catch (error) {
    if (error instanceof TroubleError) return { trouble: error };
    throw error;
  }
}

function serverSentence({ version, pid }: Status["server"], port: number): string {
  return `The server answers on port ${port} (version ${version}, pid ${pid}).`;
}

async function holderOf({ run, port }: Desktop): Promise<string | undefined> {
  const holder = await findPortHolder(port, run);
  return holder && `${holder.name}, pid ${holder.pid}`;
}

/**
 * Judges why there is no status.
 *
 * @param given - the trouble of the request, undefined when nobody listens; the service as its manager sees it; the program
 *   that holds the port; whether root asks
 */
export function judgeSilence(given: {
  readonly port: number;
  readonly trouble: Trouble | undefined;
  readonly service: ServiceState | undefined;
  readonly holder: string | undefined;
  readonly isRoot: boolean;
  readonly platform: Platform;
}): Finding {
  const { port, trouble, service, holder, isRoot, platform } = given;
  const { services, commands } = platform;
  if (trouble !== undefined && tokenTroubles.has(trouble.code)) return locked(trouble, isRoot, platform);
  // Whatever the service does, somebody else has its port.
  if (trouble !== undefined && impostors.has(trouble.code)) return problemOf(trouble);
  if (service !== undefined && service.activity !== "running") return ofService(service, platform);
  if (holder !== undefined) return stranger(port, holder, platform);
  if (trouble !== undefined) return problemOf(trouble);
  const advice =
    service === undefined
      ? { hint: "Make it a service:", command: commands.asRoot("hostsfile-server install") }
      : { hint: "The service runs. See which port it has:", command: renderCommand(services.commands.status) };
  return {
    grade: "problem",
    code: "no-server",
    message: `No hostsfile-server answers on port ${port} of this machine.`,
    ...advice,
  };
}

/** The server answers, and this command has no token that it takes. */
const tokenTroubles: ReadonlySet<string> = new Set([
  "token-needed",
  "token-missing",
  "token-unreadable",
  "token-unusable",
  "token-writable",
]);

const impostors: ReadonlySet<string> = new Set(["server-unproven", "server-relayed"]);

function problemOf(trouble: Trouble): Finding {
  return { grade: "problem", ...toTrouble(trouble) };
}

/** The server may be well; this user may not ask. */
function locked(trouble: Trouble, isRoot: boolean, { commands }: Platform): Finding {
  const command = commands.asRoot("hostsfile-server doctor");
  const byRoot = { hint: "Look with the token, which root may read:", command };
  return { grade: "warning", ...toTrouble(trouble), ...(!isRoot && byRoot), isDeadEnd: true };
}

function ofService({ activity, lastEnd, restarts }: ServiceState, { services, commands }: Platform): Finding {
  if (activity === "stopped") {
    const words = services.commands.start;
    return {
      grade: "problem",
      code: "service-stopped",
      message: `The service ${serviceName} is stopped.`,
      hint: "Start it:",
      command: commands.asRoot(renderCommand(words)),
      fix: { commands: [words], needsRoot: true },
    };
  }
  return {
    grade: "problem",
    code: "service-failing",
    message: `The service ${serviceName} does not stay up: it ended with ${lastEnd} and was started ${restarts} more times.`,
    hint: "Its last lines say why:",
    command: commands.asRoot(renderCommand(services.commands.recentLog)),
  };
}

function stranger(port: number, holder: string, { commands }: Platform): Finding {
  return {
    grade: "problem",
    code: "port-of-stranger",
    message: `Port ${port} is held by another program (${holder}).`,
    hint: "Stop it, or give the server another port:",
    command: commands.asRoot(`hostsfile-server install --port=${port + 1}`),
  };
}
