/** The flags of `hostsfile-server join`. */
import * as z from "zod/mini";
import { commaList, onOrOff, oneText, parsedBy } from "../../base/text-schema.ts";
import { parseNetwork } from "../../records/network.ts";
import { usualMostNames } from "../../records/team.ts";
import { parseTeamName } from "../../records/team-name.ts";
import { declare } from "../setting.ts";
import { domainList } from "./serve-settings.ts";

const networkList = z.pipe(
  commaList,
  parsedBy((texts: string[]) => (texts.every((text) => parseNetwork(text)) ? texts : undefined), "a list of networks"),
);

const numberOfNames = z.pipe(
  oneText,
  parsedBy((text) => (/^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined), "a number of names"),
);

/** The link to join. */
export const teamLink = {
  placeholder: "LINK",
  doc: "Where the team's names are: an invitation, or an etcd as in etcd://etcd.example.com:2379.",
  schema: oneText,
} as const;

/** A team that was joined. */
export const joinedTeam = {
  placeholder: "TEAM",
  doc: "The team's name on this desktop, as `status` has it.",
  schema: z.pipe(oneText, parsedBy(parseTeamName, "a team's name (lower-case letters, digits and hyphens)")),
} as const;

export const joinSettings = {
  domains: declare({
    flag: "domains",
    placeholder: "LIST",
    doc: "The only domains in which the team may have names, comma separated.",
    whenAbsent: "those of the invitation; for an etcd it must be given",
    schema: domainList,
  }),
  name: declare({
    flag: "name",
    placeholder: "TEAM",
    doc: "What the team is called on this desktop.",
    whenAbsent: "its own name where it is an invitation, else the first label of its first domain",
    schema: joinedTeam.schema,
  }),
  networks: declare({
    flag: "team-networks",
    placeholder: "LIST",
    doc: "Further networks into which the team's names may lead, comma separated.",
    whenAbsent: "private networks alone",
    schema: networkList,
  }),
  mostNames: declare({
    flag: "team-names",
    placeholder: "NUMBER",
    doc: "The most names that the team may have.",
    whenAbsent: `${usualMostNames}`,
    schema: numberOfNames,
  }),
  authority: declare({
    flag: "team-ca",
    placeholder: "FILE",
    doc: "The certificate authority of the team's store (PEM).",
    whenAbsent: "the authorities that this system trusts",
    schema: oneText,
  }),
  certificate: declare({
    flag: "team-cert",
    placeholder: "FILE",
    doc: "The client certificate that the team gave you (PEM).",
    whenAbsent: "none",
    schema: oneText,
  }),
  key: declare({
    flag: "team-key",
    placeholder: "FILE",
    doc: "The key of the client certificate (PEM).",
    whenAbsent: "none",
    schema: oneText,
  }),
  user: declare({
    flag: "team-user",
    placeholder: "NAME",
    doc: "The user of the team's store, in place of a client certificate.",
    whenAbsent: "none",
    schema: oneText,
  }),
  passwordFile: declare({
    flag: "team-password-file",
    placeholder: "FILE",
    doc: "A file with that user's password.",
    whenAbsent: "none",
    schema: oneText,
  }),
  insecure: declare({
    flag: "insecure",
    doc: "Join without encryption also where the store is not on this machine. Anyone on the way can change the names.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  dryRun: declare({
    flag: "dry-run",
    doc: "Show what joining would bring, and do nothing.",
    whenAbsent: "off",
    schema: onOrOff,
  }),
  yes: declare({ flag: "yes", doc: "Do it without asking.", whenAbsent: "asked on a terminal", schema: onOrOff }),
} as const;
