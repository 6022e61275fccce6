/** One sentence for every reason why no sink could show a stored record. */
import { shorten } from "../base/printable.ts";
import { formatCount } from "../base/words.ts";
import { recordLimits, shownLimits } from "./limits.ts";
import type { NotShown } from "./view.ts";

/**
 * Says in a sentence why a record is not shown, and what would change that.
 *
 * @param notShown - the record and the reason
 */
export function explainNotShown(notShown: NotShown): string {
  const { cluster } = notShown;
  // What an earlier version stored may be of any length.
  const name = shorten(notShown.name);
  switch (notShown.reason) {
    case "no-cluster-ip":
      return `${name} is not shown: the cluster IP of ${cluster} is not set yet.`;
    case "no-usable-address":
      return `${name} is not shown: its targets hold no usable address. Correct the resource, or have its names point to the cluster IP (target mode cluster).`;
    case "own-name":
      return `${name} is not shown: the name belongs to this machine.`;
    case "not-a-host-name":
      return `${JSON.stringify(name)} is not shown: it is not a DNS name (labels of 1 to 63 octets, no spaces).`;
    case "not-managed":
      return `${name} is not shown: it lies outside the managed domains of ${cluster}.`;
    case "taken-by-other-cluster":
      return `${name} is not shown for ${cluster}: ${notShown.holder} had it first and keeps it while it wants it.`;
    case "team-shadowed":
      return `${name} of ${cluster} is not shown: ${notShown.holder} has the name, and goes before it.`;
    case "team-broken-value":
      return `${JSON.stringify(name)} of ${cluster} is not shown, or not whole: a key or value of it is not in SkyDNS layout.`;
    case "team-outside-domains":
      return `${JSON.stringify(name)} of ${cluster} is not shown: it lies outside the domains that you agreed to when joining.`;
    case "team-name-refused":
      return `${name} of ${cluster} is not shown: a team may have no wildcard, no public suffix and no name of this machine's network.`;
    case "team-outside-networks":
      return `${name} of ${cluster} is not shown, or not whole: it leads to an address outside the networks that you agreed to when joining.`;
    case "team-alias-outside":
      return `${name} of ${cluster} is not shown, or not whole: it is an alias of a name outside the domains that you agreed to when joining.`;
    case "team-full":
      return `${name} of ${cluster} is not shown: the team has more names than you agreed to when joining.`;
    case "too-many-addresses":
      return `${name} is not shown: it has more than the ${formatCount(shownLimits.addressesPerName)} addresses that a name may have.`;
    case "record-too-large":
      return `${name} is not shown: its record has more than the ${formatCount(recordLimits.bytes)} bytes that a record may have.`;
    case "store-full":
      return `${name} is not shown: more records are stored, of ${cluster} or in all, than this version takes.`;
    case "block-full":
      return `${name} is not shown: the names that came before it fill the bytes that ${cluster}, or all clusters, may have.`;
  }
}
