/** Plans what of a cluster's CoreDNS changes, so that it asks the responder about the managed domains or no longer does. Pure. */
import { TroubleError } from "../../base/trouble.ts";
import { isWithin } from "../../records/managed-domain.ts";
import { type ConfigMaps, customPlace, mainPlace } from "./config-maps.ts";
import { type Corefile, portOf, readCorefile } from "./corefile.ts";
import { type MarkedBlock, findBlock, putBlock } from "./marked-block.ts";
import { type StubZone, renderStubZone } from "./stub-zone.ts";

/** A key whose text changes. */
export interface DNSChange {
  readonly place: typeof mainPlace | typeof customPlace;
  /** Undefined where there is none. */
  readonly before: string | undefined;
  /** Undefined removes the key. */
  readonly after: string | undefined;
}

export interface ClusterDNSPlan {
  /** Where our block goes; undefined where it goes nowhere. */
  readonly place: DNSChange["place"] | undefined;
  readonly changes: readonly DNSChange[];
  /** Whether CoreDNS reads it again without being told (plugin reload). */
  readonly reloads: boolean;
}

type Block = Exclude<MarkedBlock, { readonly kind: "damaged" }>;

/**
 * Plans a stub zone for the managed domains.
 *
 * @throws TroubleError (exit 3) `cluster-dns-unknown`, `cluster-dns-unreadable`, `cluster-dns-block-damaged`,
 *   `cluster-dns-zone-taken`
 */
export function planStubZone(maps: ConfigMaps, stub: StubZone): ClusterDNSPlan {
  const { corefile, custom } = textsOf(maps);
  const blocks = { main: readBlock(mainPlace, corefile), custom: readBlock(customPlace, custom) };
  if (corefile === undefined) throw unknownDNS(renderStubZone(stub, "53"));
  const others = putBlock(corefile, blocks.main, undefined);
  const read = readCorefile(others);
  if (read === undefined) throw unreadable();
  requireFree(stub, read, maps);
  const body = renderStubZone(stub, portOf(read));
  const isCustom = importsCustom(read);
  const wanted = { main: isCustom ? undefined : body, custom: isCustom ? body : undefined };
  const changes = [
    changeOf(mainPlace, corefile, putBlock(corefile, blocks.main, wanted.main)),
    changeOf(customPlace, custom, putBlock(custom ?? "", blocks.custom, wanted.custom)),
  ];
  const reloads = hasReload(read);
  return { place: isCustom ? customPlace : mainPlace, changes: changes.flat(), reloads };
}

/**
 * Plans the removal of what {@link planStubZone} plans, wherever it is.
 *
 * @throws TroubleError `cluster-dns-block-damaged` (exit 3)
 */
export function planStubZoneRemoval(maps: ConfigMaps): ClusterDNSPlan {
  const { corefile, custom } = textsOf(maps);
  const changes = [
    corefile === undefined
      ? []
      : changeOf(mainPlace, corefile, putBlock(corefile, readBlock(mainPlace, corefile), undefined)),
    custom === undefined
      ? []
      : changeOf(customPlace, custom, putBlock(custom, readBlock(customPlace, custom), undefined)),
  ];
  const read = readCorefile(corefile ?? "");
  const reloads = read === undefined || hasReload(read);
  return { place: undefined, changes: changes.flat(), reloads };
}

function hasReload({ directives }: Corefile): boolean {
  return directives.some(([name]) => name === "reload");
}

function textsOf({ coredns, custom }: ConfigMaps) {
  return { corefile: coredns?.data?.[mainPlace.key], custom: custom?.data?.[customPlace.key] };
}

function readBlock(place: DNSChange["place"], text: string | undefined): Block {
  const block = findBlock(text ?? "");
  if (block.kind === "damaged") throw damaged(place, block);
  // Of a key that has our name all is ours, so what is not in the block is a change by hand.
  const isForeign = place === customPlace && text !== undefined && putBlock(text, block, undefined) !== "";
  if (isForeign) throw damaged(place, { line: 1, why: "lines that dtk did not write" });
  return block;
}

function changeOf(place: DNSChange["place"], before: string | undefined, after: string): readonly DNSChange[] {
  const isGone = place === customPlace && after === "";
  if (before === after || (before === undefined && isGone)) return [];
  return [{ place, before, after: isGone ? undefined : after }];
}

/** As k3s, AKS and others have it: every key of coredns-custom that ends in `.server` becomes a part of the Corefile. */
function importsCustom({ imports }: Corefile): boolean {
  return imports.some((pattern) => /(?:^|\/)\*\.server$/.test(pattern));
}

/** CoreDNS does not start with two server blocks for one zone, and then the cluster would have no DNS at all. */
function requireFree({ domains }: StubZone, corefile: Corefile, { custom }: ConfigMaps): void {
  const port = portOf(corefile);
  const imported = Object.entries(custom?.data ?? {}).flatMap(([key, text]) => {
    const isRead = key.endsWith(".server") && key !== customPlace.key;
    return isRead
      ? (readCorefile(text)?.zones ?? []).map((zone) => ({ ...zone, where: `${customPlace.configMap}, key ${key}` }))
      : [];
  });
  const own = corefile.zones.map((zone) => ({ ...zone, where: `${mainPlace.configMap}, key ${mainPlace.key}` }));
  const taken = [...own, ...imported].find((zone) => zone.port === port && domains.some((name) => name === zone.zone));
  if (taken !== undefined) throw zoneTaken(taken.zone, taken.where);
  const clusterZones = corefile.directives.flatMap(([name, ...zones]) => (name === "kubernetes" ? zones : []));
  for (const domain of domains) {
    const zone = clusterZones.map((each) => each.replace(/\.$/, "")).find((each) => isWithin(each, domain));
    if (zone !== undefined) throw zoneTaken(domain, `the cluster itself, whose zone is ${zone}`);
  }
}

function unknownDNS(zone: string): TroubleError {
  const message = `The cluster has no ConfigMap ${mainPlace.configMap} with a ${mainPlace.key} in the namespace kube-system.`;
  const hint = `If its DNS is a CoreDNS under another name, give that this server block:\n${zone}`;
  return new TroubleError({ code: "cluster-dns-unknown", message, hint }, { exitCode: 3 });
}

function unreadable(): TroubleError {
  const message = `The ${mainPlace.key} in the ConfigMap ${mainPlace.configMap} has no server block in braces, so another cannot be added.`;
  const hint = "Look at it:";
  const command = `kubectl -n kube-system get configmap ${mainPlace.configMap} -o yaml`;
  return new TroubleError({ code: "cluster-dns-unreadable", message, hint, command }, { exitCode: 3 });
}

function damaged(
  { configMap, key }: DNSChange["place"],
  { line, why }: { readonly line: number; readonly why: string },
): TroubleError {
  const message = `Line ${line} of ${key} in the ConfigMap ${configMap} is a marker of dtk's block, and the block was changed by hand (${why}).`;
  const hint = "Take the lines from BEGIN hostsfile-server to END hostsfile-server away, then run this again:";
  const command = `kubectl -n kube-system edit configmap ${configMap}`;
  return new TroubleError({ code: "cluster-dns-block-damaged", message, hint, command }, { exitCode: 3 });
}

function zoneTaken(zone: string, where: string): TroubleError {
  const message = `The cluster's DNS serves ${zone} already: ${where}.`;
  const hint =
    "CoreDNS does not start with two server blocks for one zone. Take the other away, or leave the domain out.";
  return new TroubleError({ code: "cluster-dns-zone-taken", message, hint }, { exitCode: 3 });
}
