/** The service that this one replaces: DTK's Python server, which people run as a unit of the same name. */
import type { PredecessorFlags } from "../service-manager.ts";

const known = ["cluster-ip", "port", "domains"] as const;
const switches = ["dry-run", "debug"] as const;

/**
 * Reads the flags out of the predecessor's unit.
 *
 * @param unit - the text of the unit file
 * @returns undefined when the unit does not start hostsfile-server.py
 */
export function readPredecessor(unit: string): PredecessorFlags | undefined {
  const line = /^ExecStart=[-@:+!]*((?:.*\\\n)*.*)$/m.exec(unit)?.[1]?.replaceAll("\\\n", " ");
  if (line === undefined || !/hostsfile-server\.py\b/.test(line)) return undefined;
  const words = line
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/["']/g, ""));
  const valueOf = (flag: string): string | undefined => {
    const index = words.findIndex((word) => word === `--${flag}` || word.startsWith(`--${flag}=`));
    const word = words[index];
    return word?.includes("=") === true
      ? word.slice(word.indexOf("=") + 1)
      : index === -1
        ? undefined
        : words[index + 1];
  };
  const values = known.flatMap((flag) => {
    const value = valueOf(flag);
    return value === undefined ? [] : [[flag, value]];
  });
  const given = switches.filter((flag) => words.some((word) => word.split("=")[0] === `--${flag}`));
  return Object.fromEntries([...values, ...given.map((flag) => [flag, "true"])]);
}
