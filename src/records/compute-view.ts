/** Computes the view as a pure function of what is stored and what is set. */
import { type Claim, claimsOf, refuse } from "./claims.ts";
import type { ClusterName } from "./cluster.ts";
import { shownLimits } from "./limits.ts";
import type { ManagedDomain } from "./managed-domain.ts";
import type { ALabelName } from "./name.ts";
import { type Group, type Steps, finish, forEachInSteps, groupInSteps, sortInSteps } from "../base/steps.ts";
import { lineBytes } from "./view-bytes.ts";
import type { NotShown, View, ViewEntry, ViewInput } from "./view.ts";

/** Computes what {@link viewInSteps} says without a pause. */
export function computeView(input: ViewInput): View {
  return finish(viewInSteps(input));
}

/**
 * Computes what resolvers should see. It is quickest with records in the order of their names.
 *
 * @param input - what is stored, what is set, and who held the contested names; it must not change in between
 * @returns the names with their addresses and other records, what is not shown and why, and which cluster holds each contested name
 */
export function* viewInSteps(input: ViewInput): Steps<View> {
  const ofClusters: Chosen[] = [];
  const managed = new Set<ManagedDomain>();
  for (const cluster of input.clusters) {
    for (const domain of cluster.settings.domains) managed.add(domain);
    const { claims, notShown } = yield* claimsOf(cluster, input.ownNames);
    const fitting = yield* fitClaims(claims, shownLimits.bytesPerCluster);
    ofClusters.push({ claims: fitting.claims, notShown: [...notShown, ...fitting.notShown] });
  }
  const elected = yield* elect(
    ofClusters.flatMap(({ claims }) => claims),
    input.holders,
  );
  const fitting = yield* fitClaims(elected.claims, shownLimits.bytes);
  const notShown = [...ofClusters, elected, fitting].flatMap((each) => each.notShown);
  const entries = fitting.claims.map(({ entry }) => entry);
  return { entries, notShown, domains: [...managed].toSorted(), holders: elected.holders };
}

/** What of the claims goes on, and what does not. */
interface Chosen {
  readonly claims: readonly Claim[];
  readonly notShown: readonly NotShown[];
}

/** Takes the claims that fit into so many bytes of lines, in their order. Where not all do, those that came first have the room. */
function* fitClaims(claims: readonly Claim[], maxBytes: number): Steps<Chosen> {
  let bytes = 0;
  yield* forEachInSteps(claims, ({ entry }) => (bytes += lineBytes(entry.name, entry.addresses)));
  if (bytes <= maxBytes) return { claims, notShown: [] };
  const fitting = yield* findFitting(claims, maxBytes);
  const [taken, notShown]: [Claim[], NotShown[]] = [[], []];
  yield* forEachInSteps(claims, (claim) => {
    if (fitting.has(claim)) taken.push(claim);
    else notShown.push(refuse(claim.entry.cluster, claim.records[0], "block-full"));
  });
  return { claims: taken, notShown };
}

function* findFitting(claims: readonly Claim[], maxBytes: number): Steps<ReadonlySet<Claim>> {
  const aged: (readonly [Claim, number])[] = [];
  yield* forEachInSteps(claims, (claim) => aged.push([claim, firstSequence(claim)]));
  const fitting = new Set<Claim>();
  let bytesLeft = maxBytes;
  for (const [claim] of yield* sortInSteps(aged, (one, other) => one[1] < other[1])) {
    bytesLeft -= lineBytes(claim.entry.name, claim.entry.addresses);
    if (bytesLeft < 0) break;
    fitting.add(claim);
  }
  return fitting;
}

/** Gives each name to one cluster. */
function* elect(claims: readonly Claim[], holdersBefore: ViewInput["holders"]): Steps<Chosen & Pick<View, "holders">> {
  const holders = new Map<ALabelName, ClusterName>();
  const [elected, notShown]: [Claim[], NotShown[]] = [[], []];
  yield* forEachInSteps(yield* groupInSteps(claims, ({ entry }) => entry.name), (rivals) => {
    const { name } = rivals[0].entry;
    const winner = electHolder(rivals, holdersBefore.get(name));
    const { cluster: holder } = winner.entry;
    for (const { entry, rank, records } of rivals) {
      if (entry.cluster === holder || isSameWish(entry, winner.entry)) continue;
      // A team never holds a name against a cluster, so there is nothing to remember.
      if (rank === 0) holders.set(name, holder);
      const reason = rank === 0 ? "taken-by-other-cluster" : "team-shadowed";
      notShown.push({ ...refuse(entry.cluster, records[0], reason), holder });
    }
    elected.push(winner);
  });
  return { claims: elected, notShown, holders };
}

/**
 * Whether two clusters want a name for the same resource and at the same addresses, as one cluster does that two sources
 * report under different names. What one of them gets, the other has.
 */
function isSameWish(one: ViewEntry, other: ViewEntry): boolean {
  const isSameResource = one.resource !== undefined && one.resource === other.resource;
  const isAddressAlone = one.others.length + other.others.length === 0 && one.addresses.length > 0;
  return isSameResource && isAddressAlone && one.addresses.join() === other.addresses.join();
}

/**
 * Clusters go before teams, and teams in the order of joining. Of clusters the current holder keeps a contested name. If
 * none is known, the first to ask gets it. A cluster that has addresses for the name goes before one that has other
 * records alone, which few sinks show.
 */
function electHolder(rivals: Group<Claim>, holder: ClusterName | undefined): Claim {
  if (rivals.length === 1) return rivals[0];
  const first = Math.min(...rivals.map(({ rank }) => rank));
  const foremost = rivals.filter(({ rank }) => rank === first);
  const addressed = foremost.filter(({ entry }) => entry.addresses.length > 0);
  const candidates = addressed.length > 0 ? addressed : foremost;
  return candidates.find(({ entry }) => entry.cluster === holder) ?? firstOf(candidates) ?? rivals[0];
}

function firstOf(claims: readonly Claim[]): Claim | undefined {
  const since = claims.map(firstSequence);
  const first = since.reduce((least, each) => Math.min(least, each), Number.POSITIVE_INFINITY);
  return claims[since.indexOf(first)];
}

function firstSequence({ records }: Claim): number {
  return records.reduce((first, { sequence }) => Math.min(first, sequence), Number.POSITIVE_INFINITY);
}
