/** The shape of `GET /status`, for who writes it and for who reads it. */
import * as z from "zod/mini";

const troubleSchema = z.object({ code: z.string(), message: z.string(), hint: z.string() });

/** The first of a list (100, of names 1,000), and how many there are in all. */
function some<Item extends z.core.$ZodType>(
  item: Item,
): z.ZodMiniObject<{ total: z.ZodMiniNumber; list: z.ZodMiniArray<Item> }> {
  return z.object({ total: z.number(), list: z.array(item) });
}

const clusterSchema = z.object({
  name: z.string(),
  clusterIPs: z.array(z.string()),
  /** Whether the cluster IP is always the address that ExternalDNS calls from. */
  followsCaller: z.boolean(),
  domains: z.array(z.string()),
  targets: z.string(),
  /** What ExternalDNS was told at the root path, and the domains that it does not look at before it restarts. */
  negotiation: z.nullable(z.object({ at: z.string(), include: z.array(z.string()), unseen: z.array(z.string()) })),
  /** Time of ExternalDNS's last request (ISO 8601). */
  lastHeard: z.nullable(z.string()),
  /** The address that it came from. */
  caller: z.nullable(z.string()),
  /** Seconds since then, of those alone in which this machine and the server ran. */
  silentSeconds: z.number(),
  /** Where ExternalDNS calls from now, when that was the cluster IP and is another address of its network. */
  movedTo: z.nullable(z.string()),
  /** Number of stored records by type, ownership records included. */
  records: z.record(z.string(), z.number()),
  /** Number of names shown. */
  shown: z.number(),
});

const sinkSchema = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** Time of the last write of this process (ISO 8601). */
  lastWrittenAt: z.nullable(z.string()),
  /** How it was written: rename, in-place, memory. */
  method: z.nullable(z.string()),
  /** Names that the user's own lines define. */
  conflicts: some(z.object({ name: z.string(), line: z.number(), text: z.string() })),
  trouble: z.nullable(troubleSchema),
});

const nameSchema = z.object({
  name: z.string(),
  addresses: z.array(z.string()),
  cluster: z.string(),
  /** The Kubernetes resource that it came from, as in `ingress/default/test`. */
  resource: z.nullable(z.string()),
  /** When it was first stored (ISO 8601); null where that was before times were kept. */
  since: z.nullable(z.string()),
});

const exceptionSchema = z.object({ name: z.string(), cluster: z.string(), reason: z.string(), sentence: z.string() });

export const statusSchema = z.object({
  server: z.object({
    pid: z.number(),
    version: z.string(),
    /** Start of the process (ISO 8601). */
    since: z.string(),
    address: z.string(),
    hostsFile: z.string(),
    ready: z.boolean(),
    /** Whether nothing is written, as with --dry-run. */
    dryRun: z.boolean(),
    /** Networks that may call beside this machine, and whether a token is required. */
    allowed: z.array(z.string()),
    tokenRequired: z.boolean(),
  }),
  clusters: z.array(clusterSchema),
  sinks: z.array(sinkSchema),
  /** What the hosts file shows, in the order of the names. */
  names: some(nameSchema),
  /** Stored records that cannot be shown. */
  notShown: some(exceptionSchema),
  /** What ExternalDNS offered and was not taken. */
  leftOut: some(exceptionSchema),
  /** Names that several clusters want, and who has each. */
  contested: some(z.object({ name: z.string(), holder: z.string() })),
  /** What a person should look at, the gravest first. */
  attention: z.array(troubleSchema),
});

export type Status = z.infer<typeof statusSchema>;
