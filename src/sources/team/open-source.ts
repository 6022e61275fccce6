/** Opens the way to a team's store, loading only what speaks to stores of its kind. */
import { isFollowURL } from "../../contract/invitation.ts";
import type { TeamSettings } from "../../engine/teams.ts";
import type { TeamSource } from "./team-source.ts";

/** Opens it; it connects at the first call. */
export async function openTeamSource({ link, domains, mostNames }: TeamSettings): Promise<TeamSource> {
  if (isFollowURL(link.url)) {
    const { ServersTeamSource } = await import("./servers/servers-source.ts");
    return new ServersTeamSource({ link, domains, mostNames });
  }
  const { EtcdTeamSource } = await import("./etcd-source.ts");
  return new EtcdTeamSource(link, domains);
}
