/** Finds the user who writes the hosts file, and whether that user may: the running server's user, else root, as for a service. */
import type { Desktop } from "../check.ts";
import type { HostsFile } from "./hosts-file.ts";
import { statusFileOf } from "../../platform/linux-files.ts";

export interface Writer {
  readonly user: number;
  readonly groups: readonly number[];
  /** Whether it may write what others own (capabilities(7), CAP_DAC_OVERRIDE). */
  readonly hasPowers: boolean;
  /** What it is, as in `the server (pid 12)`. */
  readonly name: string;
}

/** The bit of CAP_DAC_OVERRIDE (linux/capability.h). */
const overrideBit = 1n;

/** Looks who the writer is; undefined when no server answers and none is installed. */
export async function lookAtWriter(desktop: Desktop): Promise<Writer | undefined> {
  const status = await desktop.status().catch(() => undefined);
  if (status === undefined) return undefined;
  const { pid } = status.server;
  const text = await desktop.readFile(statusFileOf(pid)).catch(() => undefined);
  return text && readWriter(text.toString("utf8"), `the server (pid ${pid})`);
}

/**
 * Reads a process's rights.
 *
 * @param text - of /proc/PID/status (proc_pid_status(5))
 */
export function readWriter(text: string, name: string): Writer | undefined {
  const field = (label: string): string | undefined => new RegExp(`^${label}:\\s*(.*)$`, "m").exec(text)?.[1];
  const [, user] = field("Uid")?.split(/\s+/) ?? [];
  const [, group] = field("Gid")?.split(/\s+/) ?? [];
  const powers = field("CapEff");
  if (user === undefined || group === undefined || powers === undefined) return undefined;
  const groups = [group, ...(field("Groups") ?? "").split(/\s+/).filter((word) => word !== "")].map(Number);
  return { user: Number(user), groups, hasPowers: ((BigInt(`0x${powers}`) >> overrideBit) & 1n) === 1n, name };
}

/** Whether the writer may write the file in place, or put another in its place with the same owner. */
export function mayWrite(writer: Writer, file: HostsFile): boolean {
  const mayReplace = may(writer, file.folder, 0o3) && file.owner === writer.user;
  return writer.hasPowers || may(writer, file, 0o2) || mayReplace;
}

type Rights = Pick<HostsFile, "mode" | "owner" | "group">;

function may({ user, groups }: Writer, { mode, owner, group }: Rights, wanted: number): boolean {
  const shift = user === owner ? 6 : groups.includes(group) ? 3 : 0;
  return ((mode >> shift) & wanted) === wanted;
}
