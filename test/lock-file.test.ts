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

const root = join(import.meta.dirname, "..");

function packagesOf(lockFile: string): [string, Package][] {
  const { packages } = JSON.parse(readFileSync(join(root, lockFile), "utf8")) as {
    readonly packages: Readonly<Record<string, Package>>;
  };
  return Object.entries(packages);
}

function pinsOf(manifest: string): [string, string][] {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, manifest), "utf8")) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(optionalDependencies);
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
  for (const [name, version] of pinsOf(manifest)) {
    expect([name, locked.get(`node_modules/${name}`)?.version]).toEqual([name, version]);
  }
});

test("Node and esbuild of every platform are of the version that this one has", () => {
  const pins = pinsOf("scripts/platform/package.json");
  const versionsOf = (pattern: RegExp): Set<string> =>
    new Set(pins.filter(([name]) => pattern.test(name)).map(([, version]) => version));
  expect(versionsOf(/^@esbuild\//).size).toBe(1);
  expect(versionsOf(/^node-(?:linux|win)-/).size).toBe(1);
});
