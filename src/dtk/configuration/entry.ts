/** Every value that dtk reads from config.yaml, once: place, words and checks; the file may hold anything else beside them. */
import * as z from "zod/mini";
import { type Address, parseAddress } from "../../records/address.ts";
import { type TargetMode, parseClusterIPs, parseClusterName, targetModes } from "../../records/cluster.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { type HostName, parseHostName } from "../../records/name.ts";
import { commaList, oneText, parsePort, parsedBy } from "../../base/text-schema.ts";
import { platform } from "../../platform/current.ts";

export interface Entry<Value = unknown> {
  /** Where it stands, as in `dns.host-ip`; a number is a place in a list. */
  readonly path: readonly (string | number)[];
  /** Whether a YAML list may stand for a comma list. */
  readonly isList: boolean;
  /** Whether a file without it is wrong. */
  readonly isRequired: boolean;
  /** What stands for the value in a new file; nothing for a value that may be left empty there. */
  readonly sample: string;
  /** Whether a new file has it as a comment only. */
  readonly isExtra: boolean;
  /** One sentence for help and for a new file. */
  readonly doc: string;
  /** What holds when nothing is given, in words. */
  readonly whenAbsent: string;
  /** From its texts, one an item of a list, to the value. */
  readonly schema: z.ZodMiniType<Value, string[]>;
}

function declare<Value>(entry: Omit<Entry<Value>, Switch> & Partial<Pick<Entry<Value>, Switch>>): Entry<Value> {
  return { isList: false, isRequired: false, isExtra: false, ...entry };
}

type Switch = "isList" | "isRequired" | "isExtra";

/** Where a cluster's names point; `auto` lets dtk choose by what the cluster has. */
export type TargetChoice = TargetMode | "auto";

const targetChoices: readonly TargetChoice[] = ["auto", ...targetModes];

export const entries = {
  domains: declare({
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
  }),
  hostIP: declare({
    path: ["dns", "host-ip"],
    sample: "",
    doc: "Your desktop as the cluster sees it: an address, or a name such as host.docker.internal.",
    whenAbsent: "the address of this machine on the way to the cluster",
    schema: z.pipe(oneText, parsedBy(parseHost, "an address or a host name")),
  }),
  port: declare({
    path: ["dns", "webhook-port"],
    sample: "5000",
    doc: "The port of hostsfile-server.",
    whenAbsent: "5000",
    schema: z.pipe(
      oneText,
      parsedBy((text: string) => parsePort(text, 1), "a port (1 to 65535)"),
    ),
  }),
  clusterIPs: declare({
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
  }),
  cluster: declare({
    path: ["dns", "cluster"],
    sample: "kind-a",
    isExtra: true,
    doc: "What hostsfile-server calls this cluster; give each a name of its own when you have several.",
    whenAbsent: "default",
    schema: z.pipe(oneText, parsedBy(parseClusterName, "a cluster's name (lower-case letters, digits and hyphens)")),
  }),
  targets: declare({
    path: ["dns", "targets"],
    sample: "auto",
    isExtra: true,
    doc: "Where names point: cluster (the cluster IP), record (the records' own addresses), or auto.",
    whenAbsent: "auto: record when Services or Gateways have addresses of their own, else cluster",
    schema: z.pipe(
      oneText,
      parsedBy((text) => targetChoices.find((choice) => choice === text), `one of ${targetChoices.join(", ")}`),
    ),
  }),
  tokenFile: declare({
    path: ["dns", "token-file"],
    sample: platform.places.tokenFile,
    isExtra: true,
    doc: "The file with hostsfile-server's admin token; what the cluster gets is derived from it.",
    whenAbsent: "where hostsfile-server puts it, if it is there; else no token",
    schema: oneText,
  }),
  kubeconfig: declare({
    path: ["cluster", "admin-kubeconfig"],
    sample: "generated/kubeconfig/admin.kubeconfig",
    isExtra: true,
    doc: "The kubeconfig of the cluster.",
    whenAbsent: "$KUBECONFIG, else ~/.kube/config",
    schema: oneText,
  }),
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

/** The value of an entry. */
export type ValueOf<Key extends EntryKey> = (typeof entries)[Key] extends Entry<infer Value> ? Value : never;

/** As users write it: `dns.host-ip`, `vms[0].name`. */
export function pathText(path: Entry["path"]): string {
  return path.map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`)).join("");
}

/** A name is for machines that reach the desktop by name only, as Docker Desktop does. */
function parseHost(text: string): Address | HostName | undefined {
  return parseAddress(text) ?? parseHostName(text);
}
