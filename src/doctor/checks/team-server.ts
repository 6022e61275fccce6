/** Does this team server follow its etcd, is there a quorum, and does every member answer? */
import type { Status } from "../../contract/status.ts";
import { counted } from "../../base/words.ts";
import { type Check, type Finding, findingOf, ok } from "../check.ts";

type TeamServer = NonNullable<Status["teamServer"]>;

export const teamServer: Check = {
  id: "team-server",
  title: "The team's etcd is well",
  needs: ["server-answers"],
  run: async ({ status }) => judgeTeamServer(await status()),
};

/** Judges by what the server says. */
export function judgeTeamServer(status: Pick<Status, "teamServer" | "attention"> | undefined): readonly Finding[] {
  const { teamServer: found } = status ?? {};
  if (found === undefined || status === undefined) return [ok("This server is not a team's.")];
  const about = status.attention.filter(({ code }) => /^(?:team|etcd)-/.test(code));
  if (about.length > 0) return about.map((trouble) => findingOf(trouble));
  return [ok(describe(found))];
}

function describe({ name, endpoints, readMilliseconds, projection }: TeamServer): string {
  const read = readMilliseconds === null ? "" : `, and a read takes ${readMilliseconds} ms`;
  return `The team ${name ?? ""} is followed live at ${counted(endpoints.length, "endpoint")}${read}; ${counted(projection.keys, "key")} are published.`;
}
