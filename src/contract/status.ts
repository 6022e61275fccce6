/** The shape of `GET /status`; one home for its writer and its readers. docs/status.md is made from it. */
import * as z from "zod/mini";

/** Grows when a field goes or changes its meaning. New fields come without. */
export const statusVersion = 1;

function text(meaning: string): z.ZodMiniString {
  return z.string().check(z.describe(meaning));
}

function count(meaning: string): z.ZodMiniNumber {
  return z.number().check(z.describe(meaning));
}

function flag(meaning: string): z.ZodMiniBoolean {
  return z.boolean().check(z.describe(meaning));
}

function texts(meaning: string): z.ZodMiniArray<z.ZodMiniString> {
  return z.array(z.string()).check(z.describe(meaning));
}

function orNull<Item extends z.core.$ZodType>(item: Item, meaning: string): z.ZodMiniNullable<Item> {
  return z.nullable(item).check(z.describe(meaning));
}

/** The first of a list, and how many there are in all. */
function some<Item extends z.core.$ZodType>(
  item: Item,
  meaning: string,
): z.ZodMiniObject<{ total: z.ZodMiniNumber; list: z.ZodMiniArray<Item> }> {
  const list = z.array(item).check(z.describe("The first of them: 100, of names 1,000."));
  return z.object({ total: count("How many there are."), list }).check(z.describe(meaning));
}

const troubleSchema = z.object({
  code: text("Stable; troubleshooting has an entry for each."),
  message: text("One sentence: what is wrong, and where."),
  hint: text("What to do, in words."),
  command: z.optional(text("What to type, exactly; absent where there is nothing to type.")),
  isRetried: z.optional(flag("`true` while the server keeps retrying; else absent.")),
});

const attentionSchema = z.extend(troubleSchema, {
  severity: z.optional(
    z
      .enum(["error", "warning", "info"])
      .check(
        z.describe(
          "`error`: something that was asked for is not done; `warning`: it is done, and something needs you; `info`: nothing needs to be done. Absent in answers of version 0.1.0.",
        ),
      ),
  ),
  sink: z.optional(text("The `id` of the sink that it is about; absent where it is about none.")),
});

const negotiationSchema = z.object({
  at: text("When (ISO 8601)."),
  include: texts("The domains; none means all."),
  unseen: texts("Managed domains that it does not look at before it restarts."),
});

const watchedKindSchema = z.object({
  kind: text("As in `Ingress`."),
  group: text("Its group, as in `networking.k8s.io`; empty for Kubernetes' own core."),
  version: text("In which it is read, as in `v1`."),
  namespaces: texts("The namespaces in which it is watched; none means the whole cluster."),
  state: text(
    "`listing`; `live`; `waiting` for the API server; `forbidden` where the user may not read it, so that its names are not followed.",
  ),
  objects: count("How many objects are known."),
  lastEvent: orNull(z.string(), "When the API server last said something of it (ISO 8601)."),
});

const watchSchema = z.object({
  state: text(
    "`connecting`; `listing`; `live`; `unreachable`; `login-needed`; `not-running` when its watcher has ended or is silent; `unreported` until its watcher has reported to this process.",
  ),
  since: orNull(z.string(), "Since when (ISO 8601); `null` where that is not known."),
  reason: orNull(z.string(), "Why it is not live, as a sentence."),
  lastHeard: orNull(z.string(), "When its watcher last called (ISO 8601)."),
  user: orNull(z.string(), "Whose watcher it is; what follows is `null` or empty until that has reported."),
  context: orNull(z.string(), "The context of the kubeconfig."),
  server: orNull(z.string(), "The URL of the API server."),
  uid: orNull(z.string(), "The UID of the namespace kube-system, which tells one cluster from another."),
  madeAnew: orNull(z.string(), "When another cluster was found in its place (ISO 8601)."),
  refused: orNull(z.string(), "Why this server does not take what the watcher hands in, as a sentence."),
  kinds: z.array(watchedKindSchema).check(z.describe("What is watched.")),
});

const contextSchema = z.object({
  name: text("As the kubeconfig names it."),
  watched: flag("Whether it is watched."),
  reason: orNull(z.string(), "Why it is not: `login-program`, `not-local`, `not-named`, `same-cluster`, `incomplete`."),
  message: orNull(z.string(), "The reason as a sentence."),
  flag: orNull(z.string(), "The flag of `watch` that names it, where one does."),
});

const watcherSchema = z.object({
  user: text("Whose it is."),
  pid: count("Its process."),
  version: text("Of the program."),
  since: text("Start of the process (ISO 8601)."),
  lastHeard: text("Its last report (ISO 8601)."),
  running: flag("Whether it has not ended and was heard of lately."),
  contexts: z.array(contextSchema).check(z.describe("The contexts of the user's kubeconfigs.")),
});

const clusterSchema = z.object({
  name: text("`default` for the one without a path."),
  clusterIPs: texts("The addresses that its names point to, at most one of each family."),
  followsCaller: flag("Whether the cluster IP is `auto`: always the address that ExternalDNS calls from."),
  domains: texts("Its managed domains."),
  targets: text("`cluster` or `record`."),
  negotiation: orNull(negotiationSchema, "What ExternalDNS was told at `GET /`; `null` when it never asked."),
  lastHeard: orNull(z.string(), "ExternalDNS's last request (ISO 8601); a curl by hand does not count."),
  caller: orNull(z.string(), "The address that it came from."),
  silentSeconds: count("Time since then in which this machine was awake and the server ran."),
  movedTo: orNull(
    z.string(),
    "Where ExternalDNS calls from now, when that was the cluster IP before and is another address of its network.",
  ),
  records: z
    .record(z.string(), z.number())
    .check(z.describe("Stored endpoints by type, those of ownership included; types that are seldom are `other`.")),
  shown: count("Names of it that are shown."),
  feeds: z.optional(
    texts("The sources that feed it: `external-dns`, `watch`; absent in answers of servers without a watcher."),
  ),
  sameAs: z.optional(
    text("The name under which ExternalDNS feeds the same cluster, where that is another; absent where there is none."),
  ),
  watch: z.optional(watchSchema.check(z.describe("How it is watched; absent where it never was."))),
});

const teamSchema = z.object({
  name: text("On this desktop."),
  via: text("How its store is reached, as in `etcd://e1.example.com:2379`."),
  state: text(
    "`connecting`; `live`; `unreachable`; `other-store` where what answers is not the store whose names are shown; `held` after `team undo`.",
  ),
  since: orNull(z.string(), "Since when (ISO 8601); `null` before it was tried."),
  staleSince: orNull(
    z.string(),
    "When what is shown was last known to be what the team has (ISO 8601); `null` while it is live, and before the first list.",
  ),
  reason: orNull(z.string(), "Why it is not live, as a sentence."),
  domains: texts("The only domains in which it may have names."),
  networks: texts("The only networks into which its names may lead."),
  mostNames: count("Names that it may have at most."),
  cluster: orNull(z.string(), "The id of the etcd cluster; `null` before the first list."),
  revision: orNull(z.string(), "How far its store had come by what is shown; `null` before the first list."),
  names: count("Names of it that have something to show."),
  shown: count("Names of it that are shown."),
  shadowed: count("Names of it that a cluster, or a team that was joined before, has."),
  refused: z.record(z.string(), z.number()).check(z.describe("What it may not say, by reason.")),
  previous: orNull(
    z.object({ at: text("When (ISO 8601)."), names: count("How many names it had.") }),
    "The list before one that lost most names, which `team undo` takes back; else `null`.",
  ),
  relists: z
    .record(z.string(), z.number())
    .check(z.describe("Times since the start that everything was listed, by reason; changes need none.")),
});

const endpointSchema = z.object({
  place: text("As in `e1.example.com:2379`."),
  answers: orNull(z.boolean(), "Whether it answered when it was asked last; `null` before that."),
  reason: orNull(z.string(), "Why it does not, as a sentence."),
  version: orNull(z.string(), "Of etcd, as in `3.6.14`; `null` where it does not answer, as all that follows."),
  leader: orNull(z.boolean(), "Whether it leads the others."),
  databaseBytes: orNull(z.number(), "Of its database on disk."),
  alarms: texts("Its alarms, in etcd's words."),
  milliseconds: orNull(z.number(), "Time that its answer took."),
});

const teamServerSchema = z.object({
  name: orNull(z.string(), "The team's name; `null` before its records were first read."),
  skydnsPath: text("Where its names are published in etcd, as in `/skydns`."),
  live: flag("Whether etcd is followed live."),
  since: text("Since when (ISO 8601)."),
  reason: orNull(z.string(), "Why it is not, as a sentence."),
  revision: orNull(z.string(), "How far this server has come; `null` before its records were first read."),
  lists: count("Times since the start that everything was listed; changes need none."),
  quorum: orNull(
    z.boolean(),
    "Whether more than half of etcd's members could be reached when that was last tried; `null` before.",
  ),
  readMilliseconds: orNull(z.number(), "Time that this took."),
  lagSeconds: count("Time for which this server has not known what etcd has acknowledged to others."),
  endpoints: z.array(endpointSchema).check(z.describe("The endpoints that were given.")),
  transactions: z
    .object({
      done: count("Those that took place."),
      lost: count("Those that another server was faster than, so that they were planned anew."),
      unknown: count("Those whose answer did not come, so that etcd was asked what became of them."),
      refused: count("Those that etcd refused."),
    })
    .check(z.describe("Transactions of records and settings since the start.")),
  projection: z
    .object({
      keys: count("Keys that should be there."),
      repairs: count("Keys since the start that others had changed, and that were put right."),
      broken: some(z.string(), "Keys below the path, of anybody, at whose value CoreDNS answers SERVFAIL."),
    })
    .check(z.describe("What is published for CoreDNS.")),
  unreadable: some(z.string(), "Keys of the team whose value cannot be read."),
});

const conflictSchema = z.object({
  name: text("The name."),
  line: count("The number of your line, from 1."),
  text: text("Your line."),
});

const refusedSchema = z.object({
  name: text("The name."),
  type: z.optional(text("The record type that is refused; absent where it is the name with its addresses.")),
  reason: text("Stable; troubleshooting has an entry for each."),
  sentence: text("The reason as a sentence."),
  line: z.optional(count("The number of your own line, where that is the reason.")),
});

const recordsSchema = z.object({ type: text("As in `TXT`."), targets: texts("What they say, as it was sent.") });

const responderSchema = z.object({
  sockets: z
    .array(
      z.object({
        address: text("Address and port."),
        transport: text("`udp` or `tcp`."),
        open: flag("Whether it answers there."),
      }),
    )
    .check(z.describe("Where it listens, or should.")),
  queries: count("Queries answered since the start."),
  drops: count("Packets and connections since the start that got no answer."),
  lastQueryAt: orNull(z.string(), "When it was last asked (ISO 8601)."),
});

const resolverSchema = z.object({
  way: text(
    "How it is told: `hook`, `delegate`, `network-manager`, `link`, `dnsmasq`, `unbound`, `global`; `none` where nobody is.",
  ),
  sentence: text("What is in charge of names on this machine, and how it is told."),
  ok: flag("Whether it knows what it should; what is in the way is in `attention`."),
  domains: z
    .array(
      z.object({
        name: text("A managed domain."),
        routing: text(
          "How much of it the resolver asks this server about: `whole`; `parts` where it may have names of others; `taken` where a wildcard covers all of a domain of others; `untold`.",
        ),
        routes: texts("What of it the resolver was told."),
      }),
    )
    .check(z.describe("Each managed domain.")),
  questions: orNull(
    z.number(),
    "What it asked since the start; `null` where it asks the DNS responder, which counts itself.",
  ),
  lastQuestionAt: orNull(z.string(), "When it last did (ISO 8601)."),
  unsigned: flag("Whether the domains are exempt from DNSSEC there."),
  repairs: count("Times since the start that it had forgotten what it was told, and was told again."),
});

const sinkSchema = z.object({
  id: z.optional(text("Stable, as in `hosts-file`; absent in answers of version 0.1.0.")),
  name: text("Its title, as in `hosts file`."),
  path: z.optional(text("The file that it writes; absent where it writes none.")),
  ok: flag("Whether it shows what it should."),
  lastWrittenAt: orNull(z.string(), "When this process last wrote it (ISO 8601)."),
  method: orNull(z.string(), "How: `rename`, `in-place`, or `memory` in a dry run. Other sinks have their own words."),
  shown: z.optional(count("Names that it shows; absent in answers of version 0.1.0.")),
  refused: z.optional(
    some(refusedSchema, "What it cannot show, though another sink may; absent in answers of version 0.1.0."),
  ),
  conflicts: some(conflictSchema, "Names that your own lines define; they are in `refused` as well."),
  trouble: orNull(troubleSchema, "Why it does not show what it should."),
  responder: z.optional(responderSchema.check(z.describe("Of the DNS responder alone: who asks, and where."))),
});

const nameSchema = z.object({
  name: text("The name."),
  addresses: texts("Where it points to, IPv4 first."),
  cluster: text("Whose it is; of a team `team:` and its name."),
  team: z.optional(text("The team whose name it is; absent for a name of a cluster.")),
  resource: orNull(z.string(), "The Kubernetes resource that it came from, as in `ingress/default/test`."),
  since: orNull(z.string(), "When it was first stored (ISO 8601); `null` where that was before times were kept."),
  sinks: z.optional(texts("The ids of the sinks that show it; absent in answers of version 0.1.0.")),
  records: z.optional(
    z.array(recordsSchema).check(z.describe("Its records beside addresses; absent where it has none.")),
  ),
});

const exceptionSchema = z.object({
  name: text("The name as it was sent."),
  cluster: text("The cluster that wants it."),
  reason: text("Stable; troubleshooting has an entry for each."),
  sentence: text("The reason as a sentence."),
});

const contestSchema = z.object({ name: text("The name."), holder: text("The cluster that has it.") });

const serverSchema = z.object({
  pid: count("Its process."),
  version: text("Of the program."),
  since: text("Start of the process (ISO 8601)."),
  address: text("Where it listens, for this machine."),
  hostsFile: text("The path of the hosts file."),
  ready: flag("As `/readyz`: saved records can be used, and each sink shows what it should."),
  dryRun: flag("Whether nothing is written."),
  allowed: texts("The networks that may call now, beside this machine itself."),
  tokenRequired: flag("Whether callers must show a token."),
});

export const statusSchema = z.object({
  schemaVersion: count("Which version of this page holds."),
  server: serverSchema.check(z.describe("The process that answers.")),
  clusters: z.array(clusterSchema).check(z.describe("Each cluster that was configured, and always `default`.")),
  watchers: z.optional(
    z.array(watcherSchema).check(z.describe("The watchers that have reported to this process; absent where none has.")),
  ),
  teams: z.optional(
    z.array(teamSchema).check(z.describe("The teams that were joined, in that order; absent where none was.")),
  ),
  teamServer: z.optional(
    teamServerSchema.check(z.describe("The etcd of a team server; absent for every other server.")),
  ),
  sinks: z.array(sinkSchema).check(z.describe("What shows the names.")),
  resolver: z.optional(
    resolverSchema.check(
      z.describe("The system resolver, which is told to ask this server; absent where it is left alone."),
    ),
  ),
  names: some(nameSchema, "What is shown, in the order of the names."),
  notShown: some(exceptionSchema, "Stored records that no sink shows."),
  leftOut: some(exceptionSchema, "What the last requests brought that was not taken."),
  contested: some(contestSchema, "Names that several clusters want."),
  attention: z.array(attentionSchema).check(z.describe("What a person should look at, the gravest first.")),
});

export type Status = z.infer<typeof statusSchema>;
