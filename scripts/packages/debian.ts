/** The .deb: executable, units, manual pages, completion, and what dpkg runs before and after (deb(5), Debian Policy 6). */
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { dtk } from "../../src/cli/dtk/commands.ts";
import { hostsfileServer } from "../../src/cli/server/commands.ts";
import { linux } from "../../src/platform/linux.ts";
import { serviceName } from "../../src/platform/places.ts";
import { changeSettings, settingsHeading } from "../../src/service/settings-text.ts";
import {
  preparationPath,
  responderDropInPath,
  responderUnitName,
  serviceUnitName,
  socketDropInPath,
  socketUnitName,
} from "../../src/platform/systemd/names.ts";
import { responderUnit, serviceUnit, socketUnit } from "../../src/platform/systemd/units.ts";
import { responderPlaces } from "../../src/records/listen-address.ts";
import { addonName } from "../../src/platform/kernel-calls.ts";
import { compileKernelCalls } from "../kernel-calls.ts";
import { renderBash, renderFish, renderZsh } from "./completion.ts";
import { renderManual } from "./manual.ts";
import { lastChange, run } from "./run.ts";

const root = join(import.meta.dirname, "..", "..");
const programs = [hostsfileServer, dtk];
const port = 5000;
const { packagedFolder, stateFolder, settingsFile, settingsFolder, tokenFile } = linux.places;

/** Builds `hostsfile-server_VERSION_ARCHITECTURE.deb` in a folder. */
export async function buildDebianPackage(options: {
  readonly folder: string;
  readonly version: string;
  /** The single executable. */
  readonly executable: string;
  /** The executable's licence and those of what it holds. */
  readonly notices: string;
}): Promise<void> {
  const { folder, version, executable, notices } = options;
  const tree = await mkdtemp(join(tmpdir(), "hostsfile-server-debian-"));
  try {
    await chmod(tree, 0o755);
    const program = join(packagedFolder, serviceName);
    await mkdir(join(tree, packagedFolder), { recursive: true });
    await cp(executable, join(tree, program));
    if (!(await compileKernelCalls(join(tree, packagedFolder, addonName))))
      throw new Error("the .deb needs a C compiler");
    await chmod(join(tree, packagedFolder, addonName), 0o644);
    await mkdir(join(tree, "usr/bin"), { recursive: true });
    for (const { name } of programs) await symlink(`../lib/${serviceName}/${serviceName}`, join(tree, "usr/bin", name));
    for (const [path, content] of await files(program, notices)) await put(tree, path, content);
    const size = await sizeOf(tree);
    for (const [name, text] of control({ version, size })) await put(tree, `DEBIAN/${name}`, text);
    for (const script of ["postinst", "prerm", "postrm"]) await chmod(join(tree, "DEBIAN", script), 0o755);
    const environment = { SOURCE_DATE_EPOCH: await lastChange() };
    await run("dpkg-deb", ["--root-owner-group", "--build", tree, folder], { environment });
  } finally {
    await rm(tree, { recursive: true, force: true });
  }
}

async function put(tree: string, path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), content, { mode: 0o644 });
}

/** As `install` writes them. */
const settings = { HOSTSFILE_SERVER_PORT: String(port), HOSTSFILE_SERVER_TOKEN_FILE: tokenFile };

async function files(program: string, notices: string): Promise<readonly (readonly [string, string | Buffer])[]> {
  const document = `usr/share/doc/${serviceName}`;
  return [
    [`usr/lib/systemd/system/${serviceUnitName}`, serviceUnit([program], { hasAddon: true })],
    [`usr/lib/systemd/system/${socketUnitName}`, socketUnit({ host: undefined, port })],
    [`usr/lib/systemd/system/${responderUnitName}`, responderUnit(responderPlaces())],
    [settingsFile, changeSettings(settingsHeading(linux), settings)],
    [`usr/share/man/man8/${serviceName}.8.gz`, compressed(renderManual(serverPage))],
    ["usr/share/man/man1/dtk.1.gz", compressed(renderManual(dtkPage))],
    ...programs.flatMap((each): (readonly [string, string])[] => [
      [`usr/share/bash-completion/completions/${each.name}`, renderBash(each)],
      [`usr/share/zsh/vendor-completions/_${each.name}`, renderZsh(each)],
      [`usr/share/fish/vendor_completions.d/${each.name}.fish`, renderFish(each)],
    ]),
    [`${document}/copyright`, notices],
    [`${document}/changelog.gz`, compressed(await readFile(join(root, "CHANGELOG.md"), "utf8"))],
  ];
}

/** Without name and time in it, as `gzip -n`. */
function compressed(text: string): Buffer {
  return gzipSync(text, { level: 9 });
}

const serverPage = {
  program: hostsfileServer,
  section: 8,
  description:
    "A webhook provider for ExternalDNS: when an Ingress appears in a Kubernetes cluster on the desktop, its name appears in /etc/hosts, and goes with it. Lines of the user's own stay as they are.",
  files: [
    ["/etc/hosts", "The hosts file. Our lines are between two marker lines."],
    [settingsFile, "Settings of the service."],
    [tokenFile, "The admin token."],
    [stateFolder, "Records, settings of clusters, copies of the hosts file."],
  ],
  seeAlso: ".BR dtk (1), hosts (5), systemctl (1)",
} as const;

const dtkPage = {
  program: dtk,
  section: 1,
  description:
    "Installs ExternalDNS into a Kubernetes cluster and points it at hostsfile-server on this desktop, as the file config.yaml says.",
  files: [["config.yaml", "The configuration, in the current folder; dtk config init writes one."]],
  seeAlso: ".BR hostsfile\\-server (8), helm (1)",
} as const;

function control({
  version,
  size,
}: {
  readonly version: string;
  readonly size: number;
}): readonly (readonly [string, string])[] {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  return [
    [
      "control",
      `Package: ${serviceName}
Version: ${version}
Architecture: ${architecture}
Maintainer: The authors of hostsfile-server <noreply@hostsfile-server.invalid>
Installed-Size: ${size}
Depends: libc6 (>= 2.28), libstdc++6, init-system-helpers
Recommends: systemd
Section: net
Priority: optional
Description: keeps /etc/hosts up to date with Kubernetes clusters on the desktop
 When an Ingress appears in a cluster, its name resolves on the desktop; when
 the Ingress goes, the line goes. It is a webhook provider for ExternalDNS,
 which dtk, the second command, installs into the cluster.
`,
    ],
    ["conffiles", `${settingsFile}\n`],
    ["postinst", postinst],
    ["prerm", prerm],
    ["postrm", postrm],
  ];
}

const units = `${socketUnitName} ${responderUnitName} ${serviceUnitName}`;

/** What an administrator's settings of the units add. */
const dropInFolders = [socketDropInPath, responderDropInPath, preparationPath].map((path) => dirname(path)).join(" ");

/** Left by a removal, after which an installation is a first one again, though dpkg names the version before. */
const removedMark = `${stateFolder}/removed`;

/**
 * A first installation is the program's own `install`, which gives the token to the user behind sudo, takes over the
 * predecessor and says what hinders; later ones leave to the administrator what is enabled.
 */
const postinst = `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  if [ ! -e ${tokenFile} ]; then
    (umask 077; od -An -tx1 -N32 /dev/urandom | tr -d ' \\n' >${tokenFile})
  fi
  first=
  if [ -z "$2" ] || [ -e ${removedMark} ]; then first=yes; fi
  rm -f ${removedMark}
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if [ -n "$first" ]; then
      if ${packagedFolder}/${serviceName} install --yes --quiet; then
        echo "${serviceName} runs. Next, from the folder of your config.yaml: dtk install-addon external-dns"
      else
        echo "${serviceName} does not run yet; then: sudo ${serviceName} install" >&2
      fi
    else
      # An earlier version had no DNS responder.
      if systemctl is-enabled --quiet ${socketUnitName} && ! grep -q '^HOSTSFILE_SERVER_DNS=off' ${settingsFile}; then
        systemctl enable --quiet ${responderUnitName} || true
      fi
      deb-systemd-invoke start ${socketUnitName} || true
      deb-systemd-invoke restart ${serviceUnitName} || true
    fi
  elif [ -n "$first" ] && command -v systemctl >/dev/null; then
    systemctl enable --quiet ${units} || true
  fi
fi
`;

/** A program that is gone keeps no line up to date. While it is upgraded the socket holds the port. */
const prerm = `#!/bin/sh
set -e
if [ "$1" = remove ]; then
  ${packagedFolder}/${serviceName} uninstall --yes || true
  mkdir -p -m 700 ${stateFolder}
  touch ${removedMark}
fi
`;

const postrm = `#!/bin/sh
set -e
if [ "$1" = purge ]; then
  rm -rf ${settingsFolder} ${stateFolder} ${dropInFolders}
fi
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
  systemctl reset-failed ${units} 2>/dev/null || true
fi
`;

/** In KiB, as dpkg wants it. */
async function sizeOf(tree: string): Promise<number> {
  const names = await readdir(tree, { recursive: true, withFileTypes: true });
  const sizes = await Promise.all(
    names.filter((entry) => entry.isFile()).map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size),
  );
  return Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024);
}
