/** The settings by which desktops follow a team server. */
import * as z from "zod/mini";
import { oneText, parsePort, parsedBy } from "../../base/text-schema.ts";
import type { TeamOptions } from "../../team-server/open.ts";
import { type Given, declare } from "../setting.ts";
import { wrongUsage } from "../wrong-usage.ts";

/** The port that desktops follow a team on unless another is given. */
export const usualFollowPort = 5443;

/** Desktops that one server lets follow. */
const mostFollowers = 10_000;

/** Descriptors that are left to etcd, to the callers of the webhook and to whatever else is opened. */
const reserve = 2_200;

export const followSettings = {
  followPort: declare({
    flag: "follow-port",
    placeholder: "NUMBER",
    doc: "The port on which desktops follow the team of a team server.",
    whenAbsent: `${usualFollowPort} with \`--tls-cert\`; without it no desktop can follow`,
    schema: z.pipe(
      oneText,
      parsedBy((text: string) => parsePort(text, 0), "a port (0 to 65535, 0 takes a free one)"),
    ),
  }),
  tlsCert: declare({
    flag: "tls-cert",
    placeholder: "PATH",
    doc: "The certificate for that port (PEM), with those between it and the authority behind it. A new one in its place is taken over at once.",
    whenAbsent: "no encryption: something before the server must add it",
    schema: oneText,
  }),
  tlsKey: declare({
    flag: "tls-key",
    placeholder: "PATH",
    doc: "The key of `--tls-cert` (PEM).",
    whenAbsent: "none",
    schema: oneText,
  }),
} as const;

type FollowSettings = Given<typeof followSettings> & { readonly host: string | undefined };

/**
 * Reads how desktops follow; undefined where they do not.
 *
 * @param descriptors - files and sockets that this process may have open
 * @throws TroubleError `wrong-usage` (exit 2) for flags that do not fit together
 */
export function readFollow(
  { followPort, tlsCert, tlsKey, host }: FollowSettings,
  { isTeamServer, descriptors }: { readonly isTeamServer: boolean; readonly descriptors: number },
): TeamOptions["follow"] {
  if (followPort === undefined && tlsCert === undefined && tlsKey === undefined) return undefined;
  if (!isTeamServer) {
    throw wrongUsage(
      "--follow-port, --tls-cert and --tls-key are for the port on which desktops follow a team, and no team is served.",
      "Name the team's etcd: --store=etcd://HOST:2379",
    );
  }
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw wrongUsage("A certificate and its key go together.", "Give both --tls-cert and --tls-key.");
  }
  return {
    host,
    port: followPort ?? usualFollowPort,
    tls: tlsCert === undefined || tlsKey === undefined ? undefined : { certificate: tlsCert, key: tlsKey },
    mostFollowers: Math.max(16, Math.min(mostFollowers, descriptors - reserve)),
  };
}
