/** Joins by an invitation: asks what it is for, and exchanges it for a token that this desktop made for itself. */
import { hostname } from "node:os";
import { parseJSON } from "../../../base/json.ts";
import type { Trouble } from "../../../base/trouble.ts";
import { followPaths, type TeamAbout, teamAboutSchema } from "../../../contract/follow.ts";
import {
  type Credential,
  type FollowLink,
  formatCredential,
  isExposed,
  makeCredential,
  parseCredential,
  parseFollowLink,
} from "../../../contract/invitation.ts";
import type { JoinRequest } from "../../../contract/team.ts";
import type { FollowedTeam, TeamLink } from "../../../engine/teams.ts";
import { parseTeamName } from "../../../records/team-name.ts";
import { ServerClient, readShort } from "./server-client.ts";
import { notTeamServer } from "./trouble.ts";

type Follow = NonNullable<TeamLink["follow"]>;

/** An invitation that was looked at. */
export type Invited =
  | { readonly ok: true; readonly request: JoinRequest; readonly follow: Follow }
  | { readonly ok: false; readonly trouble: Trouble };

/** Invitations whose exchange may not have been answered, so that the same token is shown again. */
const mostPending = 64;

const pending = new Map<string, Credential>();

/**
 * Asks the team servers what an invitation is for, and fills in what the user left open. Nothing is used up.
 *
 * @param teams - those that are joined: where one was joined by this invitation, its token opens the servers
 */
export async function lookAtInvitation(request: JoinRequest, teams: readonly FollowedTeam[]): Promise<Invited> {
  const read = readInvitation(request);
  if (!read.ok) return read;
  const { link, invitation } = read;
  const token = tokenOf(teams, invitation.credential.id) ?? formatCredential(invitation.credential);
  using client = openClient(link, request, token);
  const asked = await ask(client, followPaths.team);
  if (!asked.ok) return asked;
  const about = teamAboutSchema.safeParse(parseJSON(asked.text)).data;
  if (about === undefined) return { ok: false, trouble: notTeamServer(asked.place, "it says nothing of a team") };
  return { ok: true, request: fillIn(request, about), follow: { token, team: about.id } };
}

/** Uses an invitation up. Where nothing is heard, doing it again is safe. */
export async function exchangeInvitation(
  request: JoinRequest,
  follow: Follow,
  teams: readonly FollowedTeam[],
): Promise<{ readonly ok: true; readonly follow: Follow } | { readonly ok: false; readonly trouble: Trouble }> {
  const read = readInvitation(request);
  if (!read.ok) return read;
  const { link, invitation } = read;
  const { id } = invitation.credential;
  if (tokenOf(teams, id) !== undefined) return { ok: true, follow };
  const own = pending.get(id) ?? makeCredential(id);
  pending.set(id, own);
  for (const oldest of pending.keys()) {
    if (pending.size <= mostPending) break;
    pending.delete(oldest);
  }
  using client = openClient(link, request, formatCredential(invitation.credential));
  const token = formatCredential(own);
  const joined = await ask(client, followPaths.join, JSON.stringify({ token, desktop: hostname().slice(0, 253) }));
  return joined.ok ? { ok: true, follow: { ...follow, token } } : joined;
}

/** Before anything is sent. */
function readInvitation({
  url,
  isInsecure,
}: JoinRequest):
  | { readonly ok: true; readonly link: FollowLink; readonly invitation: NonNullable<FollowLink["invitation"]> }
  | { readonly ok: false; readonly trouble: Trouble } {
  const link = parseFollowLink(url);
  if (link?.invitation === undefined) return { ok: false, trouble: notAnInvitation(url) };
  const exposed = link.servers.find(isExposed);
  if (exposed !== undefined && !isInsecure) return { ok: false, trouble: unencrypted(exposed.host) };
  return { ok: true, link, invitation: link.invitation };
}

async function ask(
  client: ServerClient,
  path: string,
  body?: string,
): Promise<
  | { readonly ok: true; readonly text: string; readonly place: string }
  | { readonly ok: false; readonly trouble: Trouble }
> {
  const signal = new AbortController().signal;
  const answer = await client.ask({ path, signal, ...(body !== undefined && { method: "POST" as const, body }) });
  if (!answer.ok) return answer;
  return { ok: true, text: (await readShort(answer.response).catch(() => undefined)) ?? "", place: answer.place };
}

function openClient({ servers, invitation }: FollowLink, { authority }: JoinRequest, token: string): ServerClient {
  return new ServerClient({ servers, authority: authority ?? invitation?.authority, token, team: undefined });
}

function tokenOf(teams: readonly FollowedTeam[], id: string): string | undefined {
  const tokens = teams.map(({ settings }) => settings.link.follow?.token ?? "");
  return tokens.find((token) => parseCredential(token)?.id === id);
}

function fillIn(request: JoinRequest, { name, domains }: TeamAbout): JoinRequest {
  const wanted = request.domains.length > 0 ? request.domains : domains;
  const first = wanted[0]?.split(".")[0] ?? "";
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 63);
  const own = parseTeamName(label) ?? parseTeamName(first) ?? "team";
  return { ...request, name: request.name === "" ? own : request.name, domains: [...wanted] };
}

function unencrypted(host: string): Trouble {
  return {
    code: "team-request-invalid",
    message: `This desktop's token would be sent to ${host} without encryption.`,
    hint: "Ask for an invitation with https://, or allow it with --insecure.",
  };
}

/** What may be secret of it is not said. */
function notAnInvitation(url: string): Trouble {
  const [places = ""] = url.split("#");
  const what = url.includes("#")
    ? "is cut off, or something was added to it"
    : "is neither an invitation nor an address of etcd";
  return {
    code: "team-request-invalid",
    message: `${JSON.stringify(places.slice(0, 300))} ${what}.`,
    hint: "Copy the whole line that team invite printed, in quotes:",
    command: "hostsfile-server join 'INVITATION'",
  };
}
