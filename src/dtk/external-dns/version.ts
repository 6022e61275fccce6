/** The version of ExternalDNS, read from its image's tag. Pure. */

export type Version = readonly [major: number, minor: number, patch: number];

/** Undefined for tags that say no version, as `latest`. */
export function versionOf(image: string): Version | undefined {
  const [, major, minor, patch = "0"] = /:v?(\d+)\.(\d+)(?:\.(\d+))?(?:[-+@].*)?$/.exec(image) ?? [];
  return major === undefined || minor === undefined ? undefined : [Number(major), Number(minor), Number(patch)];
}

/** Whether one version is older than the other. */
export function isBefore(version: Version, other: Version): boolean {
  const different = version.findIndex((number, index) => number !== other[index]);
  return different !== -1 && (version[different] ?? 0) < (other[different] ?? 0);
}

/** As the project writes it. */
export function formatVersion(version: Version): string {
  return `v${version.join(".")}`;
}
