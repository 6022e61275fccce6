/** What can be in the way of telling the resolver, in words. */
import { messageOf } from "../../base/errors.ts";
import { renderCommand } from "../../base/shell.ts";
import type { Trouble } from "../../base/trouble.ts";
import type { CommandLine } from "./way.ts";

/** A file in the place of ours was changed by somebody, or never was ours. */
export function foreignFile(path: string): Trouble {
  return {
    code: "resolver-file-foreign",
    severity: "warning",
    message: `${path} is not as this server wrote it, so it stays as it is, and the resolver may know other domains.`,
    hint: "Look at it. To give the place back to the server, remove it:",
    command: `sudo rm ${renderCommand([path])}`,
  };
}

/** A program that tells the resolver failed. */
export function resolverRefused(command: CommandLine, complaint: string): Trouble {
  const [line = ""] = complaint.split("\n");
  return {
    code: "resolver-refused",
    severity: "warning",
    message: `The resolver could not be told the domains: ${command[0]} says: ${line.slice(0, 200)}`,
    hint: "Names in the hosts file resolve all the same. See what is wrong:",
    command: renderCommand(command),
  };
}

/** A file could not be written or removed. */
export function unwritable(error: unknown): Trouble {
  const reason = messageOf(error);
  return {
    code: "resolver-file-not-written",
    severity: "warning",
    message: `The resolver could not be told the domains: ${reason}`,
    hint: "Names in the hosts file resolve all the same. Let this server write there, or use --resolver=none.",
  };
}

/** The resolver does not have what it was told. */
export function forgotten(way: string): Trouble {
  return {
    code: "resolver-forgot",
    severity: "warning",
    message: `The resolver no longer knows our domains (${way}).`,
    hint: "It is told again within a minute.",
  };
}
