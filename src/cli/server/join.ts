/** `hostsfile-server join`: follows the names that a team shares, after showing what it may do and what it would bring. */
import { readFileSync } from "node:fs";
import { TroubleError } from "../../base/trouble.ts";
import { counted } from "../../base/words.ts";
import { printableJSON } from "../../base/printable.ts";
import { type ServerFlags, askForSurely } from "../../client/server-client.ts";
import { isFollowURL } from "../../contract/invitation.ts";
import { paths } from "../../contract/paths.ts";
import { type JoinRequest, joinedSchema, teamPreviewSchema } from "../../contract/team.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { privateNetworks, usualMostNames } from "../../records/team.ts";
import { type TeamName, parseTeamName } from "../../records/team-name.ts";
import { confirm } from "../confirm.ts";
import { terminalOf } from "../terminal.ts";
import { wrongUsage } from "../wrong-usage.ts";
import { renderPreview } from "./join-text.ts";

interface JoinGiven extends ServerFlags {
  readonly link: string;
  readonly domains: readonly ManagedDomain[] | undefined;
  readonly name: TeamName | undefined;
  readonly networks: readonly string[] | undefined;
  readonly mostNames: number | undefined;
  readonly authority: string | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly user: string | undefined;
  readonly passwordFile: string | undefined;
  readonly insecure: boolean | undefined;
  readonly dryRun: boolean | undefined;
  readonly yes: boolean | undefined;
  readonly json: boolean | undefined;
}

/** Milliseconds: the server asks each member of the team's store before it gives up. */
const patience = 30_000;

/**
 * Shows what joining would bring, asks, and joins.
 *
 * @returns 0, or 1 when the user said no
 * @throws TroubleError when something is missing (exit 2), or no server answers or it cannot read the team's store (exit 3)
 */
export async function join(given: JoinGiven): Promise<number> {
  const asked = toRequest(given);
  const preview = await askForSurely(given, {
    method: "POST",
    path: paths.teamPreview,
    body: JSON.stringify(asked),
    patience,
    shape: teamPreviewSchema,
  });
  // What was left open is agreed to as it is shown.
  const request = { ...asked, name: preview.name, domains: preview.domains };
  const body = JSON.stringify(request);
  const isJSON = given.json === true;
  if (!isJSON) process.stdout.write(renderPreview(request, preview, terminalOf(process.stdout)));
  if (given.dryRun === true) {
    if (isJSON) process.stdout.write(`${printableJSON(preview, 2)}\n`);
    return 0;
  }
  if (!(await confirm(question(preview), given.yes))) return 1;
  const joined = await askForSurely(given, { method: "POST", path: paths.teams, body, patience, shape: joinedSchema });
  if (isJSON) process.stdout.write(`${printableJSON(joined, 2)}\n`);
  else process.stdout.write(`${describe(joined)}\n`);
  return 0;
}

function question({ name, isJoined }: { readonly name: string; readonly isJoined: boolean }): string {
  return isJoined
    ? `This sets the joined team ${name} anew.`
    : `This lets the team ${name} name hosts on this machine, within what is said above.`;
}

function describe({ name, names, isLive }: { name: string; names: number; isLive: boolean }): string {
  const followed = isLive ? "followed live" : "not there yet; hostsfile-server status says why";
  return `Joined. The team ${name} has ${counted(names, "name")}, ${followed}. To leave: hostsfile-server leave ${name}`;
}

function toRequest(given: JoinGiven): JoinRequest {
  const { link, domains = [], networks = [], mostNames = usualMostNames, insecure = false } = given;
  const [first] = domains;
  const isInvitation = isFollowURL(link);
  if (first === undefined && !isInvitation) {
    const message = "It must be said in which domains the team may have names.";
    throw wrongUsage(message, "For example:", `hostsfile-server join ${link} --domains=dev.example.com`);
  }
  if ((given.certificate === undefined) !== (given.key === undefined)) {
    throw wrongUsage("A client certificate and its key go together.", "Give both --team-cert and --team-key.");
  }
  if ((given.user === undefined) !== (given.passwordFile === undefined)) {
    throw wrongUsage("A user and a password go together.", "Give both --team-user and --team-password-file.");
  }
  return {
    name: given.name ?? (isInvitation ? "" : (parseTeamName(first?.split(".")[0] ?? "") ?? "team")),
    url: link,
    domains: [...domains],
    networks: [...privateNetworks, ...networks],
    mostNames,
    isInsecure: insecure,
    ...(given.authority !== undefined && { authority: read(given.authority) }),
    ...(given.certificate !== undefined &&
      given.key !== undefined && { identity: { certificate: read(given.certificate), key: read(given.key) } }),
    ...(given.user !== undefined &&
      given.passwordFile !== undefined && {
        login: { user: given.user, password: read(given.passwordFile).replace(/\r?\n$/, "") },
      }),
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new TroubleError({
      code: "team-file-unreadable",
      message: `${path} cannot be read: ${reason}`,
      hint: "Check its path and who may read it.",
    });
  }
}
