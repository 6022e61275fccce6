/** `hostsfile-server team check`: how the etcd of a team is, and what in it is not as a team server would have it. */
import { printable } from "../../base/printable.ts";
import { TroubleError } from "../../base/trouble.ts";
import { counted } from "../../base/words.ts";
import { EtcdClient } from "../../etcd/client.ts";
import type { EtcdItem } from "../../etcd/model.ts";
import { rangeOfPrefix } from "../../etcd/model.ts";
import { usualPath } from "../../records/skydns-key.ts";
import { readAddresses, readDesktop } from "../../team-server/plan/desktop.ts";
import { isOwnProjection, ownPrefix, parseOwnKey } from "../../team-server/plan/keys.ts";
import { readHead, readMeta, readRecords } from "../../team-server/plan/values.ts";
import { notATeam } from "../../team-server/trouble.ts";
import { readSettings } from "../../store/row.ts";
import { orThrow } from "./team-init.ts";
import { type StoreSettings, requireAccess } from "./store-settings.ts";

/**
 * Looks, and changes nothing.
 *
 * @returns the exit code: 1 when something is wrong
 * @throws TroubleError when etcd does not answer or has no team
 */
export async function checkTeam({
  skydnsPath = usualPath,
  ...settings
}: StoreSettings & { readonly skydnsPath: string | undefined }): Promise<number> {
  using client = new EtcdClient(requireAccess(settings));
  const items: EtcdItem[] = [];
  orThrow(await client.list(rangeOfPrefix(ownPrefix), (page) => items.push(...page)));
  const own = items.map((item) => ({ item, key: parseOwnKey(item.key) }));
  const meta = own.find(({ key }) => key?.kind === "meta");
  const team = meta && readMeta(meta.item.value.toString());
  if (team === undefined) throw new TroubleError(notATeam(client.places), { exitCode: 1 });
  const published: EtcdItem[] = [];
  orThrow(await client.list(rangeOfPrefix(`${skydnsPath}/`), (page) => published.push(...page), { keysOnly: true }));
  const problems: string[] = [];
  for (const place of client.places) {
    const status = await client.status(place);
    if (!status.ok && status.failure.trouble.code === "etcd-denied") {
      say(`etcd at ${place} answers; its version and alarms are for root alone`);
    } else if (!status.ok) problems.push(status.failure.trouble.message);
    else {
      const { version, leader, errors, databaseBytes } = status.value;
      say(`etcd ${version} at ${place}, database of ${Math.ceil(databaseBytes / 1024 / 1024)} MiB`);
      if (leader === 0n) problems.push(`${place} has no leader.`);
      problems.push(...errors.map((error) => `${place} raises an alarm: ${error}.`));
    }
  }
  problems.push(...own.filter(isBroken).map(({ item }) => `The value of ${item.key} cannot be read.`));
  const records = own.filter(({ key }) => key?.kind === "record");
  const clusters = own.filter(({ key }) => key?.kind === "cluster");
  const foreign = published.filter(({ key }) => !isOwnProjection(key)).length;
  say(`team ${team.name}: ${counted(clusters.length, "cluster")}, ${counted(records.length, "name")}`);
  say(`below ${skydnsPath}: ${counted(published.length - foreign, "key")} of the team, ${foreign} of others`);
  for (const problem of problems) say(`PROBLEM  ${problem}`);
  return problems.length === 0 ? 0 : 1;
}

function isBroken({ item, key }: { readonly item: EtcdItem; readonly key: ReturnType<typeof parseOwnKey> }): boolean {
  const text = item.value.toString();
  switch (key?.kind) {
    case "record":
      return readRecords(key.name, text) === undefined;
    case "cluster":
      return readSettings(text) === undefined;
    case "head":
      return readHead(text) === undefined;
    case "desktop":
      return readDesktop(text) === undefined;
    case "addresses":
      return readAddresses(text) === undefined;
    case "meta":
      return false;
    case undefined:
      return true;
  }
}

function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}
