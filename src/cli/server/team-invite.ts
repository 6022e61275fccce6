/** `hostsfile-server team invite`: writes an invitation for one desktop into a team's store, and prints it as one line. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { messageOf } from "../../base/errors.ts";
import { TroubleError } from "../../base/trouble.ts";
import {
  certificatesIn,
  formatInvitation,
  hashOfSecret,
  isExposed,
  longestInvitation,
  makeCredential,
  parseFollowLink,
} from "../../contract/invitation.ts";
import { EtcdClient } from "../../etcd/client.ts";
import { type Addresses, readAddresses, writeAddresses, writeDesktop } from "../../team-server/plan/desktop.ts";
import { addressesKey, desktopKey, metaKey } from "../../team-server/plan/keys.ts";
import { readMeta } from "../../team-server/plan/values.ts";
import { notATeam } from "../../team-server/trouble.ts";
import type { Given } from "../setting.ts";
import type { inviteSettings } from "./invite-settings.ts";
import { wrongUsage } from "../wrong-usage.ts";
import { requireAccess } from "./store-settings.ts";
import { orThrow } from "./team-init.ts";

type InviteGiven = Given<typeof inviteSettings>;

const usualLifetime = 7 * 86_400_000;

/**
 * Invites one desktop.
 *
 * @returns the exit code
 * @throws TroubleError when etcd does not answer, has no team, or nobody said where the team servers are
 */
export async function inviteDesktop({
  domains = [],
  expires = usualLifetime,
  servers,
  authority,
  ...settings
}: InviteGiven): Promise<number> {
  using client = new EtcdClient(requireAccess(settings));
  const meta = orThrow(await client.get(metaKey)).item;
  if (meta === undefined || readMeta(meta.value.toString()) === undefined)
    throw new TroubleError(notATeam(client.places));
  const kept = orThrow(await client.get(addressesKey)).item;
  const given = givenAddresses(servers, authority);
  const addresses = given ?? (kept && readAddresses(kept.value.toString()));
  const link = addresses && parseFollowLink(addresses.servers);
  if (addresses === undefined || link === undefined) throw nowhere();
  const credential = makeCredential();
  const invitation = formatInvitation({
    servers: link.servers,
    invitation: { credential, authority: addresses.authority },
  });
  if (invitation.length > longestInvitation) throw tooLong();
  const now = Date.now();
  const until = new Date(now + expires).toISOString();
  const desktop = {
    invitation: hashOfSecret(credential.secret),
    domains,
    at: new Date(now).toISOString(),
    expires: until,
  };
  const outcome = await client.commit({
    compares: [{ key: metaKey, modRevision: meta.modRevision }],
    puts: [
      { key: desktopKey(credential.id), value: writeDesktop(desktop) },
      ...(given === undefined ? [] : [{ key: addressesKey, value: writeAddresses(given) }]),
    ],
    deletes: [],
  });
  if (outcome.kind === "lost") throw new TroubleError(notATeam(client.places));
  if (outcome.kind !== "done") throw new TroubleError(outcome.failure.trouble);
  process.stdout.write(`${invitation}\n`);
  const whose = domains.length === 0 ? "" : ` It opens ${domains.join(", ")}.`;
  process.stderr.write(
    `For one desktop, until ${until}: hostsfile-server join 'INVITATION'.${whose} To take it back: hostsfile-server team revoke ${credential.id}\n`,
  );
  for (const server of link.servers.filter(isExposed)) {
    process.stderr.write(
      `What goes to ${server.host} is not encrypted: anyone on the way can read the token and change names.\n`,
    );
  }
  return 0;
}

function givenAddresses(servers: string | undefined, file: string | undefined): Addresses | undefined {
  if (servers === undefined && file === undefined) return undefined;
  if (servers === undefined) {
    throw wrongUsage("--servers-ca is for the servers that --servers names.", "Give both.");
  }
  if (file === undefined) return { servers };
  const authority = certificatesIn(read(file));
  if (authority.length === 0) {
    const message = `${file} holds no certificate.`;
    const hint = "Name the file with the authority's certificate (PEM).";
    throw new TroubleError({ code: "team-file-unreadable", message, hint });
  }
  return { servers, authority: `${authority.join("\n")}\n` };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const message = `${file}, which --servers-ca names, cannot be read: ${messageOf(error)}.`;
    throw new TroubleError({ code: "team-file-unreadable", message, hint: "Check its path and who may read it." });
  }
}

function nowhere(): TroubleError {
  return new TroubleError(
    {
      code: "team-servers-unknown",
      message: "Nobody has said yet where desktops reach the team servers.",
      hint: "Say it once; later invitations know it:",
      command: `hostsfile-server team invite --servers=https://${hostname()}:5443 --servers-ca=ca.pem`,
    },
    { exitCode: 2 },
  );
}

function tooLong(): TroubleError {
  return new TroubleError({
    code: "team-invitation-long",
    message: `With these authorities the invitation has more than ${longestInvitation} characters.`,
    hint: "Name a file with the one authority that signed the servers' certificates.",
  });
}
