/** `hostsfile-server team init`: makes an etcd the store of a team, once. */
import { randomBytes } from "node:crypto";
import { type Trouble, TroubleError } from "../../base/trouble.ts";
import { EtcdClient } from "../../etcd/client.ts";
import { rangeOfPrefix } from "../../etcd/model.ts";
import { metaKey, ownPrefix } from "../../team-server/plan/keys.ts";
import { readMeta, writeMeta } from "../../team-server/plan/values.ts";
import { type StoreSettings, requireAccess } from "./store-settings.ts";

/**
 * Founds a team. A team of the same name that is there already is left as it is.
 *
 * @returns the exit code
 * @throws TroubleError when etcd does not answer or holds something else
 */
export async function initTeam({ name, ...settings }: StoreSettings & { readonly name: string }): Promise<number> {
  using client = new EtcdClient(requireAccess(settings));
  const meta = { name, id: randomBytes(8).toString("hex") };
  const last = orThrow(await client.lastChanged(rangeOfPrefix(ownPrefix)));
  const known = orThrow(await client.get(metaKey)).item;
  const found = known && readMeta(known.value.toString());
  if (found?.name === name) {
    process.stdout.write(`The team ${name} is there already.\n`);
    return 0;
  }
  if (known !== undefined || last.item !== undefined) throw new TroubleError(occupied(client.places, found?.name));
  const compares = [{ key: metaKey, modRevision: 0n }];
  const outcome = await client.commit({ compares, puts: [{ key: metaKey, value: writeMeta(meta) }], deletes: [] });
  if (outcome.kind === "lost") throw new TroubleError(occupied(client.places, undefined));
  if (outcome.kind !== "done") throw new TroubleError(outcome.failure.trouble);
  process.stdout.write(`The team ${name} is kept in etcd at ${client.places.join(", ")} from now on.\n`);
  return 0;
}

/** The value of an answer. */
export function orThrow<Value>(
  result:
    | { readonly ok: true; readonly value: Value }
    | { readonly ok: false; readonly failure: { readonly trouble: Trouble } },
): Value {
  if (!result.ok) throw new TroubleError(result.failure.trouble);
  return result.value;
}

function occupied(places: readonly string[], team: string | undefined): Trouble {
  const what = team === undefined ? "keys of another store" : `the team ${team}`;
  return {
    code: "team-occupied",
    message: `etcd at ${places.join(", ")} holds ${what} already, and one etcd holds one team.`,
    hint: "Name another etcd. To see what is there:",
    command: `etcdctl --endpoints=${places.join(",")} get --prefix --keys-only ${ownPrefix}`,
  };
}
