/** What `npm ci` fetches is pinned by its digest, the programs that root runs with it, and nothing that it fetches runs a script. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

interface Package {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

interface Pins {
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const root = join(import.meta.dirname, "..");

function read<Content>(path: string): Content {
  return JSON.parse(readFileSync(join(root, path), "utf8")) as Content;
}

function packagesOf(lockFile: string): [string, Package][] {
  return Object.entries(read<{ readonly packages: Record<string, Package> }>(lockFile).packages);
}

describe.each(["package-lock.json", "scripts/packages/node/package-lock.json"])("%s", (lockFile) => {
  const fetched = packagesOf(lockFile).filter(([path, { link }]) => path.includes("node_modules/") && link !== true);

  test("has the digest of every package, and no address", () => {
    expect(fetched.length).toBeGreaterThan(0);
    expect(fetched.filter(([, { integrity = "" }]) => !integrity.startsWith("sha512-"))).toEqual([]);
    expect(fetched.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  test("has no package that runs a script", () => {
    expect(fetched.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
  });
});

test.each([
  ["scripts/platform/package.json", "package-lock.json"],
  ["scripts/packages/node/package.json", "scripts/packages/node/package-lock.json"],
])("%s names exact versions, which the lock file has", (manifest, lockFile) => {
  const locked = new Map(packagesOf(lockFile));
  for (const [name, version] of Object.entries(read<Pins>(manifest).optionalDependencies)) {
    expect([name, locked.get(`node_modules/${name}`)?.version]).toEqual([name, version]);
  }
});

test("Node and esbuild of every platform are of the version that this one has", () => {
  const pins = Object.entries(read<Pins>("scripts/platform/package.json").optionalDependencies);
  const versionsOf = (pattern: RegExp): Set<string> =>
    new Set(pins.filter(([name]) => pattern.test(name)).map(([, version]) => version));
  expect(versionsOf(/^@esbuild\//).size).toBe(1);
  expect(versionsOf(/^node-(?:linux|win)-/).size).toBe(1);
});
