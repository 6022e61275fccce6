/** Places where a hosts file can lie, for one suite over all of them, and views to show in it. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { emptyView, type View } from "../../src/records/view.ts";
import { parseAddress } from "../../src/records/address.ts";
import { defaultCluster } from "../../src/records/cluster.ts";
import { parseHostName } from "../../src/records/name.ts";

/** A hosts file in a folder of its own; disposing of it leaves nothing behind. */
export interface Place extends Disposable {
  readonly folder: string;
  readonly path: string;
  readonly stateFolder: string;
}

/** A plain folder that holds nothing but a hosts file. */
export function plainPlace(content: string | Buffer): Place {
  const root = mkdtempSync(join(tmpdir(), "hostsfile-server-"));
  const folder = mkdtempSync(join(root, "etc-"));
  const path = join(folder, "hosts");
  writeFileSync(path, content, { mode: 0o644 });
  return {
    folder,
    path,
    stateFolder: join(root, "state"),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}

/**
 * A view that shows names.
 *
 * @param names - in any order
 * @param address - where all of them point
 */
export function viewOf(names: readonly string[], address = "10.0.0.1"): View {
  const entries = names.toSorted().map((text) => {
    const hostName = parseHostName(text);
    const parsed = parseAddress(address);
    if (hostName === undefined || parsed === undefined) throw new Error(`${address} ${text} cannot be shown`);
    return {
      name: hostName,
      cluster: defaultCluster,
      addresses: [parsed],
      ttl: undefined,
      others: [],
      resource: undefined,
    };
  });
  return { ...emptyView, entries };
}
