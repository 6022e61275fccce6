/** `hostsfile-server team invitations` and `team revoke`: who was invited and who joined, and taking that back. */
import { printable, printableJSON } from "../../base/printable.ts";
import { TroubleError } from "../../base/trouble.ts";
import { EtcdClient } from "../../etcd/client.ts";
import { type EtcdItem, rangeOfPrefix } from "../../etcd/model.ts";
import { type Desktop, readDesktop } from "../../team-server/plan/desktop.ts";
import { desktopKey, desktopsPrefix, parseOwnKey } from "../../team-server/plan/keys.ts";
import { orThrow } from "./team-init.ts";
import { type StoreSettings, requireAccess } from "./store-settings.ts";

/**
 * Lists invitations, those that were used too.
 *
 * @returns the exit code
 * @throws TroubleError when etcd does not answer
 */
export async function listInvitations({
  json,
  ...settings
}: StoreSettings & { readonly json: boolean | undefined }): Promise<number> {
  using client = new EtcdClient(requireAccess(settings));
  const items: EtcdItem[] = [];
  orThrow(await client.list(rangeOfPrefix(desktopsPrefix), (page) => items.push(...page)));
  const now = new Date().toISOString();
  for (const { key, value } of items) {
    const own = parseOwnKey(key);
    const desktop = readDesktop(value.toString());
    if (own?.kind !== "desktop" || desktop === undefined) continue;
    const { id } = own;
    const { domains, at, expires, joined } = desktop;
    const entry = {
      id,
      state: stateOf(desktop, now),
      domains,
      at,
      expires,
      desktop: joined?.desktop ?? null,
      joinedAt: joined?.at ?? null,
    };
    process.stdout.write(json === true ? `${printableJSON(entry)}\n` : `${textOf(id, desktop, now)}\n`);
  }
  return 0;
}

/**
 * Takes an invitation back. A desktop that joined by it follows the team no more; its names stay until it leaves.
 *
 * @returns the exit code
 * @throws TroubleError when there is none of this id, or etcd does not answer
 */
export async function revokeInvitation({ id, ...settings }: StoreSettings & { readonly id: string }): Promise<number> {
  using client = new EtcdClient(requireAccess(settings));
  const key = desktopKey(id);
  const { item } = orThrow(await client.get(key));
  if (item === undefined) {
    throw new TroubleError(
      {
        code: "team-invitation-unknown",
        message: `There is no invitation ${id}.`,
        hint: "See which there are:",
        command: "hostsfile-server team invitations",
      },
      { exitCode: 1 },
    );
  }
  const outcome = await client.commit({ compares: [], puts: [], deletes: [key] });
  if (outcome.kind === "refused" || outcome.kind === "unknown") throw new TroubleError(outcome.failure.trouble);
  const joined = readDesktop(item.value.toString())?.joined;
  const whom =
    joined === undefined ? "Nobody can join by it any more." : `${printable(joined.desktop)} follows the team no more.`;
  process.stdout.write(`The invitation ${id} is taken back. ${whom}\n`);
  return 0;
}

function stateOf({ joined, expires }: Desktop, now: string): "joined" | "expired" | "open" {
  if (joined !== undefined) return "joined";
  return expires < now ? "expired" : "open";
}

function textOf(id: string, desktop: Desktop, now: string): string {
  const { domains, expires, joined } = desktop;
  const state = stateOf(desktop, now);
  const what = joined === undefined ? `until ${expires}` : `by ${joined.desktop} at ${joined.at}`;
  const words = [id, state, what, domains.length === 0 ? "all domains" : domains.join(",")];
  return words.map((word) => printable(word)).join("  ");
}
