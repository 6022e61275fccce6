/** Which records of a change a team's store has room for: what would pass a limit is left out, and the rest is taken. */
import { type Endpoint, type Mutation, type RecordKey, keyText, recordKey } from "../records/endpoint.ts";
import type { ClusterFeed } from "../records/feed.ts";
import { type Steps, forEachInSteps } from "../base/steps.ts";
import type { Room } from "../store/room.ts";
import type { HeldName } from "./plan/state.ts";

/** Bytes of all endpoints of one name, which are one value; etcd takes requests of 1.5 MiB. */
const bytesPerName = 1024 * 1024;

interface Holding {
  /** A copy, since it is not sure that the change takes place. */
  readonly room: Room;
  readonly find: (name: string) => HeldName | undefined;
}

/** What of a change is taken, and what is not. */
interface Fitting {
  readonly mutation: Mutation;
  readonly leftOut: readonly RecordKey[];
}

/** Finds it, from what is stored now. */
export function* fittingInSteps(
  { cluster, feed }: ClusterFeed,
  { remove, put }: Mutation,
  { room, find }: Holding,
): Steps<Fitting> {
  const bytesOfNames = new Map<string, number>();
  const known = ({ name, type, setIdentifier }: RecordKey): Endpoint | undefined =>
    find(name)
      ?.records.get(feed)
      ?.find((endpoint) => keyText(recordKey(endpoint)) === keyText({ name, type, setIdentifier }));
  const bytesNow = (name: string): number => bytesOfNames.get(name) ?? bytesOf(find(name)?.text ?? "");
  const count = (name: string, change: { readonly records: number; readonly bytes: number }): void => {
    room.add(cluster, change);
    bytesOfNames.set(name, bytesNow(name) + change.bytes);
  };
  yield* forEachInSteps(remove, (key) => {
    const before = known(key);
    if (before !== undefined) count(key.name, { records: -1, bytes: -bytesOfEndpoint(before) });
  });
  const leftOut: RecordKey[] = [];
  const taken: Mutation["put"][number][] = [];
  yield* forEachInSteps(put, (each) => {
    const { key, endpoint } = each;
    const before = known(key);
    const grown = bytesOfEndpoint(endpoint) - (before === undefined ? 0 : bytesOfEndpoint(before));
    const change = { records: before === undefined ? 1 : 0, bytes: grown };
    const ofName = bytesNow(key.name) + grown;
    if (!room.fits(cluster, change) || (grown > 0 && ofName > bytesPerName)) {
      leftOut.push(key);
      return;
    }
    count(key.name, change);
    taken.push(each);
  });
  return { mutation: { remove, put: taken }, leftOut };
}

function bytesOfEndpoint(endpoint: Endpoint): number {
  return bytesOf(JSON.stringify(endpoint));
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}
