/** Reads ExternalDNS's settings as its process gets them: flags, and their twins in the environment. Pure. */

/** What a container is started with. */
export interface CommandLine {
  readonly parameters: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The values of each flag, by its name without dashes; one without a value has the empty text. */
export type Flags = ReadonlyMap<string, readonly string[]>;

/** Flags win over the environment, where repeated values are separated by line ends (pkg/apis/externaldns/types.go). */
export function readFlags({ parameters, environment }: CommandLine): Flags {
  const flags = new Map<string, readonly string[]>(Object.entries(environment).flatMap(readVariable));
  const given = new Map<string, string[]>();
  const words = parameters.map((word) => fillIn(word, environment));
  for (const [index, word] of words.entries()) {
    const [, name, , value] = /^--([a-z0-9-]+)(=([^]*))?$/.exec(word) ?? [];
    if (name === undefined) continue;
    const next = words[index + 1];
    const behind = next === undefined || next.startsWith("-") ? "" : next;
    given.set(name, [...(given.get(name) ?? []), (value ?? behind).trim()]);
  }
  return new Map([...flags, ...given]);
}

function readVariable([name, value]: readonly [string, string]): readonly (readonly [string, readonly string[]])[] {
  const [, flag] = /^EXTERNAL_DNS_([A-Z0-9_]+)$/.exec(name) ?? [];
  return flag === undefined ? [] : [[flag.toLowerCase().replaceAll("_", "-"), value.split("\n")]];
}

/** As Kubernetes does it; an unknown variable stays as it is written (third_party/forked/golang/expansion). */
export function fillIn(word: string, environment: Readonly<Record<string, string>>): string {
  return word.replaceAll(/\$\(([A-Za-z_][\w.-]*)\)/g, (whole, name: string) => environment[name] ?? whole);
}
