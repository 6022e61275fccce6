/** The service's settings file: what the flags of `install` change in it, and nothing else of the user's. */

import { renderCommand } from "../base/shell.ts";
import type { Platform } from "../platform/platform.ts";

/** Variables by name; undefined takes one out. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** What a new settings file begins with. */
export function settingsHeading({ services, commands }: Platform): string {
  const reload = commands.asRoot(renderCommand(services.commands.reload));
  return `# Settings of the service hostsfile-server, one HOSTSFILE_SERVER_... a line (${services.settingsFormat}).
# After a change of who may call, or of the token: ${reload}; after any other: restart.
# Cluster IPs and domains are not here: the server keeps what it was told.
`;
}

/**
 * Changes variables in the text of a settings file. Lines of other variables, comments and blank lines stay.
 */
export function changeSettings(text: string, variables: Variables): string {
  const changed = Object.entries(variables);
  const kept = text
    .split("\n")
    .filter((line, index, all) => index < all.length - 1 || line !== "")
    .flatMap((line) => {
      const found = changed.find(([name]) => nameOf(line) === name);
      if (found === undefined) return [line];
      return found[1] === undefined ? [] : [render(found[0], found[1])];
    });
  const present = new Set(kept.map(nameOf));
  const added = changed.flatMap(([name, value]) =>
    value === undefined || present.has(name) ? [] : render(name, value),
  );
  return `${[...kept, ...added].join("\n")}\n`;
}

function nameOf(line: string): string | undefined {
  return /^\s*([A-Z_]+)=/.exec(line)?.[1];
}

function render(name: string, value: string): string {
  return `${name}=${/^[\w./,:@%+-]*$/.test(value) ? value : `"${value.replaceAll(/["\\]/g, "\\$&")}"`}`;
}
