/** Does the server answer on its port, and if not, why? Without it nothing new comes into the hosts file. */
import type { Status } from "../../contract/status.ts";
import { serviceName, serviceUnitName, socketUnitName } from "../../platform/places.ts";
import { type Trouble, TroubleError, toTrouble } from "../../base/trouble.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type ServiceUnit, lookAtService } from "../looks/service-unit.ts";

export const serverAnswers: Check = {
  id: "server-answers",
  title: "The server answers",
  needs: [],
  run: async (desktop) => {
    const answer = await answerOf(desktop);
    const { port } = desktop;
    if ("server" in answer) return [ok(describe(answer.server, port))];
    const unit = await desktop.once(lookAtService);
    const holder = answer.trouble?.code === "server-refused" ? await holderOf(desktop) : undefined;
    return [judgeSilence({ port, trouble: answer.trouble, unit, holder, isRoot: process.geteuid?.() === 0 })];
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

function describe({ version, pid }: Status["server"], port: number): string {
  return `The server answers on port ${port} (version ${version}, pid ${pid}).`;
}

/** The program that holds the port, as ss(8) shows it; for other users' programs that takes root. */
async function holderOf({ run, port }: Desktop): Promise<string | undefined> {
  const { output } = await run("ss", ["-ltnpH", "sport", "=", `:${port}`]);
  const [, name, pid] = /users:\(\("([^"]+)",pid=(\d+)/.exec(output) ?? [];
  return name === undefined ? undefined : `${name}, pid ${pid}`;
}

/**
 * Judges why there is no status.
 *
 * @param given - the trouble of the request, undefined when nobody listens; the service as systemd has it; who holds the port; who asks
 */
export function judgeSilence(given: {
  readonly port: number;
  readonly trouble: Trouble | undefined;
  readonly unit: ServiceUnit | undefined;
  readonly holder: string | undefined;
  readonly isRoot: boolean;
}): Finding {
  const { port, trouble, unit, holder, isRoot } = given;
  if (trouble !== undefined && trouble.code.startsWith("token-")) return locked(trouble, isRoot);
  // Whatever the service does, somebody else has its port.
  if (trouble !== undefined && impostors.has(trouble.code)) return problemOf(trouble);
  if (unit !== undefined && unit.active !== "active") return ofUnit(unit);
  if (holder !== undefined) return stranger(port, holder);
  if (trouble !== undefined) return problemOf(trouble);
  const advice =
    unit === undefined
      ? { hint: "Make it a service:", command: "sudo hostsfile-server install" }
      : { hint: "The service runs; see which port it has:", command: `systemctl status ${socketUnitName}` };
  return {
    grade: "problem",
    code: "no-server",
    message: `No hostsfile-server answers on port ${port} of this machine.`,
    ...advice,
  };
}

const impostors: ReadonlySet<string> = new Set(["server-unproven", "server-relayed"]);

function problemOf(trouble: Trouble): Finding {
  return { grade: "problem", ...toTrouble(trouble) };
}

/** The server may be well; this user may not ask. */
function locked(trouble: Trouble, isRoot: boolean): Finding {
  const byRoot = { hint: "Look with the token, which root may read:", command: "sudo hostsfile-server doctor" };
  return { grade: "warning", ...toTrouble(trouble), ...(!isRoot && byRoot), isDeadEnd: true };
}

function ofUnit(unit: ServiceUnit): Finding {
  if (unit.active === "inactive") {
    const words = ["systemctl", "start", socketUnitName, serviceUnitName];
    return {
      grade: "problem",
      code: "service-stopped",
      message: `The service ${serviceName} is stopped.`,
      hint: "Start it:",
      command: `sudo ${words.join(" ")}`,
      fix: { commands: [words], needsRoot: true },
    };
  }
  const how = unit.result === "exit-code" ? `exit code ${unit.exitCode}` : unit.result;
  return {
    grade: "problem",
    code: "service-failing",
    message: `The service ${serviceName} does not stay up: it ended with ${how} and was started ${unit.restarts} more times.`,
    hint: "Its last lines say why:",
    command: `sudo journalctl --unit ${serviceUnitName} --lines 20`,
  };
}

function stranger(port: number, holder: string): Finding {
  return {
    grade: "problem",
    code: "port-of-stranger",
    message: `Port ${port} is held by another program (${holder}).`,
    hint: "Stop it, or give the server another port:",
    command: `sudo hostsfile-server install --port=${port + 1}`,
  };
}
