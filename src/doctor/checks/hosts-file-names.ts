/** Do the user's own lines keep names from the cluster? They win, which is right and easily forgotten. */
import type { Status } from "../../contract/status.ts";
import { type Check, type Finding, ok } from "../check.ts";

export const hostsFileNames: Check = {
  id: "hosts-file-names",
  title: "No line of yours is in the way",
  needs: ["server-file"],
  run: async ({ status, hostsFile }) => judgeNames(hostsFile, (await status())?.sinks ?? []),
};

type Conflict = Status["sinks"][number]["conflicts"]["list"][number];

/** Findings before the rest is counted. */
const mostNamed = 5;

/** Judges the conflicts that the server met; a line that is in the way of several names is named once. */
export function judgeNames(
  path: string,
  sinks: readonly Pick<Status["sinks"][number], "conflicts">[],
): readonly Finding[] {
  const lines = Map.groupBy(
    sinks.flatMap(({ conflicts }) => conflicts.list),
    ({ line }) => line,
  );
  if (lines.size === 0) return [ok("No line of yours has a name that the cluster wants.")];
  return [...lines.values()].slice(0, mostNamed).map((conflicts) => conflictFinding(path, conflicts));
}

function conflictFinding(path: string, conflicts: readonly Conflict[]): Finding {
  const [{ line, text } = { line: 0, text: "" }] = conflicts;
  const names = conflicts.map(({ name }) => name);
  return {
    grade: "warning",
    code: "name-is-yours",
    message: `${path}:${line}: your own line has ${names.join(", ")}, so the cluster's does not count: ${text.trim()}`,
    hint: "Remove the name from it to let the cluster have it, or run this, which shows the change first:",
    command: "hostsfile-server adopt",
  };
}
