/**
 * Every value that dtk reads from config.yaml, once: its place, words, checks, flag and default. Reading, flags, help and
 * documentation follow from it. The file may hold anything else beside these values.
 */
import * as z from "zod/mini";
import { type Address, parseAddress } from "../../records/address.ts";
import { defaultCluster, parseClusterIPs, parseClusterName } from "../../records/cluster.ts";
import { type ManagedDomain, parseManagedDomain } from "../../records/managed-domain.ts";
import { type HostName, parseHostName } from "../../records/name.ts";
import { parseTeamServer } from "./team-server.ts";
import { commaList, oneText, parsePort, parsedBy } from "../../base/text-schema.ts";
import { targetChoices } from "../../kubernetes/cluster-ip/target-choice.ts";
import { type Feed, externalDNSFeed, watchFeed } from "../../records/feed.ts";
import { platform } from "../../platform/current.ts";

export interface Entry<Value = unknown> {
  /** Where it is in the file, as in `dns.host-ip`; a number is a place in a list. */
  readonly path: readonly (string | number)[];
  /** Whether a YAML list may be written instead of a comma list. */
  readonly isList: boolean;
  /** Whether a file without it is wrong. */
  readonly isRequired: boolean;
  /** The value in a new file; nothing for a value that may be left empty there. */
  readonly sample: string;
  /** Whether a new file has it as a comment only. */
  readonly isExtra: boolean;
  /** Whether it names a file. In the file it is relative to the file's folder. */
  readonly isPath: boolean;
  /** One sentence for help and for a new file. */
  readonly doc: string;
  /** What holds when nothing is given, in words. */
  readonly whenAbsent: string;
  /** From its texts, one an item of a list, to the value. */
  readonly schema: z.ZodMiniType<Value, string[]>;
}

/** Its flag, where it can be given on the command line too. A flag wins over the file. */
interface Flag {
  /** Without dashes, as in `cluster-ip`. */
  readonly flag: string;
  /** The placeholder of the value in help. */
  readonly placeholder: string;
}

/** What a value may have beside an entry's own fields: a flag, and what it is when nothing is given. */
type Extras<Value> = Partial<Flag> & { readonly otherwise?: Value };

type Switch = "isList" | "isRequired" | "isExtra" | "isPath";

function declare<Value, const Extra extends Extras<NoInfer<Value>> = object>(
  entry: Omit<Entry<Value>, Switch> & Partial<Pick<Entry<Value>, Switch>>,
  extra?: Extra,
): Entry<Value> & Extra {
  const { isList = false, isRequired = false, isExtra = false, isPath = false } = entry;
  return { ...entry, isList, isRequired, isExtra, isPath, ...extra } as Entry<Value> & Extra;
}

const noDomains: ManagedDomain[] = [];

const feeds: readonly Feed[] = [watchFeed, externalDNSFeed];

export const entries = {
  domains: declare(
    {
      path: ["dns", "domain"],
      isList: true,
      isRequired: true,
      sample: "dtk.io",
      doc: "The managed domains, such as dtk.io: one, or a comma list, or a YAML list. Each covers what is under it too.",
      whenAbsent: "an error",
      schema: z.pipe(
        commaList,
        z
          .array(z.pipe(z.string(), parsedBy(parseManagedDomain, "a domain name, for example dtk.io")))
          .check(z.minLength(1, "expected a domain name, for example dtk.io.")),
      ),
    },
    { otherwise: noDomains },
  ),
  feed: declare(
    {
      path: ["dns", "feed"],
      sample: watchFeed,
      doc: `What hands in the cluster's names: ${watchFeed} (hostsfile-server watch, on this desktop) or ${externalDNSFeed} (in the cluster).`,
      whenAbsent: externalDNSFeed,
      schema: z.pipe(
        oneText,
        parsedBy((text) => feeds.find((feed) => feed === text), `one of ${feeds.join(", ")}`),
      ),
    },
    { otherwise: externalDNSFeed },
  ),
  hostIP: declare(
    {
      path: ["dns", "host-ip"],
      sample: "",
      doc: "Your desktop as the cluster sees it: an address, or a name such as host.docker.internal.",
      whenAbsent: "the address of this machine on the way to the cluster",
      schema: z.pipe(oneText, parsedBy(parseHost, "an address or a host name")),
    },
    { flag: "host-ip", placeholder: "ADDRESS" },
  ),
  port: declare(
    {
      path: ["dns", "webhook-port"],
      sample: "5000",
      doc: "The port of hostsfile-server.",
      whenAbsent: "5000",
      schema: z.pipe(
        oneText,
        parsedBy((text: string) => parsePort(text, 1), "a port (1 to 65535)"),
      ),
    },
    { otherwise: 5000 },
  ),
  team: declare(
    {
      path: ["dns", "team"],
      sample: "http://team.example.com:5000",
      isExtra: true,
      doc: "A team server that takes the place of the server on this desktop, as this machine and the cluster reach it.",
      whenAbsent: "the server of this desktop",
      schema: z.pipe(oneText, parsedBy(parseTeamServer, "a team server, for example http://team.example.com:5000")),
    },
    { flag: "team", placeholder: "URL" },
  ),
  clusterIPs: declare(
    {
      path: ["dns", "cluster-ip"],
      isList: true,
      sample: "192.168.122.167",
      isExtra: true,
      doc: "The address that names point to: IPv4, IPv6, or one of each with a comma.",
      whenAbsent: "asked of the cluster: its ingress controller, else its control-plane node",
      schema: z.pipe(
        commaList,
        parsedBy((texts: string[]) => parseClusterIPs(texts), "an address, or one of each family"),
      ),
    },
    { flag: "cluster-ip", placeholder: "ADDRESS" },
  ),
  cluster: declare(
    {
      path: ["dns", "cluster"],
      sample: "kind-a",
      isExtra: true,
      doc: "The name of this cluster at hostsfile-server. If you have several clusters, give each its own name.",
      whenAbsent: "default",
      schema: z.pipe(oneText, parsedBy(parseClusterName, "a cluster's name (lower-case letters, digits and hyphens)")),
    },
    { flag: "cluster", placeholder: "NAME", otherwise: defaultCluster },
  ),
  targets: declare(
    {
      path: ["dns", "targets"],
      sample: "auto",
      isExtra: true,
      doc: "Where names point: cluster (the cluster IP), record (the records' own addresses), or auto.",
      whenAbsent: "auto: record when Services or Gateways have addresses of their own, else cluster",
      schema: z.pipe(
        oneText,
        parsedBy((text) => targetChoices.find((choice) => choice === text), `one of ${targetChoices.join(", ")}`),
      ),
    },
    { flag: "targets", placeholder: "MODE", otherwise: "auto" },
  ),
  tokenFile: declare(
    {
      path: ["dns", "token-file"],
      sample: platform.places.tokenFile,
      isExtra: true,
      doc: "The file with hostsfile-server's admin token. The cluster's own token is derived from it.",
      whenAbsent: "where hostsfile-server puts it, if it is there; else no token",
      isPath: true,
      schema: oneText,
    },
    { flag: "token-file", placeholder: "FILE" },
  ),
  kubeconfig: declare(
    {
      path: ["cluster", "admin-kubeconfig"],
      sample: "generated/kubeconfig/admin.kubeconfig",
      isExtra: true,
      doc: "The kubeconfig of the cluster.",
      whenAbsent: "$KUBECONFIG, else ~/.kube/config",
      isPath: true,
      schema: oneText,
    },
    { flag: "kubeconfig", placeholder: "FILE" },
  ),
  virtualization: declare({
    path: ["virt"],
    sample: "kvm",
    isExtra: true,
    doc: "What runs the virtual machines: with kvm or virtualbox it can be asked for their addresses.",
    whenAbsent: "nothing is asked",
    schema: oneText,
  }),
  firstVM: declare({
    path: ["vms", 0, "name"],
    sample: "vm1",
    isExtra: true,
    doc: "The virtual machine of the control plane.",
    whenAbsent: "nothing is asked",
    schema: oneText,
  }),
} as const;

export type EntryKey = keyof typeof entries;

/** In the order in which they are shown. */
export const entryKeys = Object.keys(entries) as readonly EntryKey[];

/** Makes something of each entry, by its key. */
export function mapEntries<Made>(make: (key: EntryKey) => Made): Readonly<Record<EntryKey, Made>> {
  return Object.fromEntries(entryKeys.map((key) => [key, make(key)])) as Record<EntryKey, Made>;
}

/** The value of an entry. */
export type ValueOf<Key extends EntryKey> =
  (typeof entries)[Key] extends Entry<infer Value> ? (Value extends (infer Item)[] ? readonly Item[] : Value) : never;

/** Those that there is always a value of. */
export type DefaultedKey = {
  [Key in EntryKey]: (typeof entries)[Key] extends { readonly otherwise: unknown } ? Key : never;
}[EntryKey];

/** Those with a flag. */
export type FlaggedKey = {
  [Key in EntryKey]: (typeof entries)[Key] extends Flag ? Key : never;
}[EntryKey];

/** Whether an entry has a flag. */
export function hasFlag(key: EntryKey): key is FlaggedKey {
  return "flag" in entries[key];
}

/** As users write it: `dns.host-ip`, `vms[0].name`. */
export function pathText(path: Entry["path"]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");
}

/** A name is for machines that reach the desktop by name only, as Docker Desktop does. */
function parseHost(text: string): Address | HostName | undefined {
  return parseAddress(text) ?? parseHostName(text);
}
