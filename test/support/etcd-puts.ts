/** A client of an etcd by its URL, and many keys written with it, behind everybody's back. */
import assert from "node:assert/strict";
import { parseEtcdURL } from "../../src/etcd/address.ts";
import { EtcdClient } from "../../src/etcd/client.ts";

/** Puts in one transaction: etcd takes 128 operations unless told otherwise. */
const atOnce = 100;

/** @param url - as `--store` takes it */
export function etcdClientOf({ url }: { readonly url: string }): EtcdClient {
  const { endpoints } = parseEtcdURL(url) ?? assert.fail(`no address of etcd: ${url}`);
  return new EtcdClient({ endpoints });
}

/** Writes keys, as few transactions as etcd takes. */
export async function putAll(
  client: EtcdClient,
  puts: readonly { readonly key: string; readonly value: string }[],
): Promise<void> {
  for (let first = 0; first < puts.length; first += atOnce) {
    const outcome = await client.commit({ compares: [], puts: puts.slice(first, first + atOnce), deletes: [] });
    assert.equal(outcome.kind, "done", "etcd does not take the keys");
  }
}
