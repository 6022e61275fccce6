/** The service's settings file: what the flags of `install` change in it, and nothing else of the user's. */

/** Variables by name; undefined takes one out. */
export type Variables = Readonly<Record<string, string | undefined>>;

const heading = `# Settings of the service hostsfile-server, one HOSTSFILE_SERVER_... a line (systemd.exec(5) EnvironmentFile=).
# After a change of who may call, or of the token: sudo systemctl reload hostsfile-server; after any other: restart.
# Cluster IPs and domains do not stand here: the server keeps what it was told.
`;

/**
 * Changes variables in the text of a settings file. Lines of other variables, comments and blank lines stay.
 *
 * @param text - undefined for a file that is not there
 */
export function changeSettings(text: string | undefined, variables: Variables): string {
  const changed = Object.entries(variables);
  const kept = (text ?? heading)
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
