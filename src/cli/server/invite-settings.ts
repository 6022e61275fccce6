/** The flags of `hostsfile-server team invite`. */
import * as z from "zod/mini";
import { oneText, parsedBy } from "../../base/text-schema.ts";
import { formatServers, parseCredential, parseFollowLink } from "../../contract/invitation.ts";
import { declare } from "../setting.ts";
import { domainList, parseDuration } from "./serve-settings.ts";
import { storeSettings } from "./store-settings.ts";

/** An invitation by its id. */
export const invitationId = {
  placeholder: "ID",
  doc: "The invitation's id, as `team invitations` prints it.",
  schema: z.pipe(
    oneText,
    parsedBy(
      (text) => (parseCredential(`${text}.${"A".repeat(43)}`) === undefined ? undefined : text),
      "the id of an invitation (10 hexadecimal digits)",
    ),
  ),
} as const;

export const inviteSettings = {
  ...storeSettings,
  domains: declare({
    flag: "domains",
    placeholder: "LIST",
    doc: "The only domains whose names the desktop may read, comma separated.",
    whenAbsent: "all of the team",
    schema: domainList,
  }),
  expires: declare({
    flag: "expires",
    placeholder: "DURATION",
    doc: "For how long the invitation can be used: days, hours or minutes, such as `7d`. A desktop that has joined stays.",
    whenAbsent: "`7d`",
    schema: z.pipe(oneText, parsedBy(parseDuration, "a time from 1m on, for example 7d, 12h or 30m")),
  }),
  servers: declare({
    flag: "servers",
    placeholder: "LIST",
    doc: "Where desktops reach the team servers, comma separated, each as in `https://t1.example.com:5443`. It is kept for later invitations.",
    whenAbsent: "what was given before",
    schema: z.pipe(oneText, parsedBy(readServers, "a list such as https://t1.example.com:5443")),
  }),
  authority: declare({
    flag: "servers-ca",
    placeholder: "PATH",
    doc: "The certificate of the authority that signed those of the servers (PEM). Desktops trust no other. It is kept together with `--servers`.",
    whenAbsent: "the authorities that each desktop trusts",
    schema: oneText,
  }),
} as const;

function readServers(text: string): string | undefined {
  const link = parseFollowLink(text);
  return link === undefined || link.invitation !== undefined ? undefined : formatServers(link.servers);
}
