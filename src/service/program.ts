/** Which files make up the program that runs, so that a copy of it runs the same. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { getAsset, isSea } from "node:sea";
import { addonName } from "../platform/kernel-calls.ts";
import type { Item } from "./item.ts";
import { type Places, commandNames, isPackaged } from "../platform/places.ts";

export interface InstalledProgram {
  /** What is copied; nothing where a package has put it. */
  readonly items: readonly Item[];
  /** The command line of the copy, up to the subcommand; undefined where a package brings the units too. */
  readonly command: readonly string[] | undefined;
  /** Whether the addon is among the files. */
  readonly hasAddon: boolean;
}

/**
 * The program as it will be installed.
 *
 * @param running - path of the Node or of the single executable that runs now, and the folder of the bundle
 */
export function programToInstall(
  running: { readonly executable: string; readonly bundle: string },
  places: Places,
): InstalledProgram {
  if (isPackaged(running.executable, places)) return { items: [], command: undefined, hasAddon: true };
  return isSea() ? singleExecutable(running.executable, places) : bundleWithNode(running, places);
}

const executableMode = 0o755;

function singleExecutable(from: string, { programFolder, commandFolder, owner }: Places): InstalledProgram {
  const path = join(programFolder, "hostsfile-server");
  const file: Item = { kind: "file", path, content: { from }, mode: executableMode, owner };
  const content = new Uint8Array(getAsset(addonName));
  const addon: Item = { kind: "file", path: join(programFolder, addonName), content, mode: 0o644, owner };
  return {
    items: [file, addon, ...commandNames.map((name) => linkTo(commandFolder, name, path))],
    command: [path],
    hasAddon: true,
  };
}

function bundleWithNode(
  { executable, bundle }: { readonly executable: string; readonly bundle: string },
  { programFolder, commandFolder, owner }: Places,
): InstalledProgram {
  const node = join(programFolder, "node");
  const files = readdirSync(bundle).filter((name) => /\.(?:js|node)$/.test(name));
  return {
    items: [
      { kind: "file", path: node, content: { from: executable }, mode: executableMode, owner },
      {
        kind: "file",
        path: join(programFolder, "package.json"),
        content: '{ "type": "module" }\n',
        mode: 0o644,
        owner,
      },
      ...files.map((name): Item => {
        return {
          kind: "file",
          path: join(programFolder, name),
          content: { from: join(bundle, name) },
          mode: 0o644,
          owner,
        };
      }),
      ...commandNames.flatMap((name): Item[] => {
        const path = join(programFolder, name);
        const content = `#!/bin/sh\nexec ${node} ${join(programFolder, `${name}.js`)} "$@"\n`;
        return [{ kind: "file", path, content, mode: executableMode, owner }, linkTo(commandFolder, name, path)];
      }),
    ],
    command: [node, join(programFolder, "hostsfile-server.js")],
    hasAddon: files.includes(addonName),
  };
}

function linkTo(commandFolder: string, name: string, target: string): Item {
  return { kind: "link", path: join(commandFolder, name), target };
}
