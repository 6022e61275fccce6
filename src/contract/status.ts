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
});

const nameSchema = z.object({
  name: text("The name."),
  addresses: texts("Where it points to, IPv4 first."),
  cluster: text("Whose it is."),
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
  sinks: z.array(sinkSchema).check(z.describe("What shows the names.")),
  names: some(nameSchema, "What is shown, in the order of the names."),
  notShown: some(exceptionSchema, "Stored records that no sink shows."),
  leftOut: some(exceptionSchema, "What the last requests brought that was not taken."),
  contested: some(contestSchema, "Names that several clusters want."),
  attention: z.array(attentionSchema).check(z.describe("What a person should look at, the gravest first.")),
});

export type Status = z.infer<typeof statusSchema>;
