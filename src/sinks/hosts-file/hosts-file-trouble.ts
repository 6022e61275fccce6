/** Why the hosts file could not be read or written, in words for a user. */
import { dirname } from "node:path";
import { errorCode } from "../../base/errors.ts";
import { renderCommand } from "../../base/shell.ts";
import { platform } from "../../platform/current.ts";
import { isRoot } from "../../platform/user.ts";
import { type Trouble, TroubleError, toTrouble } from "../../base/trouble.ts";
import { formatCount } from "../../base/words.ts";

const { asRoot, giveToRoot } = platform.commands;

type Describe = (path: string) => Trouble;

const isNixStore = (path: string): boolean => path.startsWith("/nix/store/");

const readOnly: Describe = (path) => ({
  code: "hosts-file-read-only",
  message: `${path} cannot be changed: its file system is mounted read-only.`,
  ...(isNixStore(path)
    ? {
        hint: 'On NixOS, set `environment.etc.hosts.mode = "0644";`. Then run:',
        command: asRoot("nixos-rebuild switch"),
      }
    : {
        hint: "Mount it writable, or name another file with --hosts-file. This shows the mount:",
        command: renderCommand(["findmnt", "--target", path]),
      }),
});

const denied: Describe = (path) => ({
  code: "hosts-file-permission",
  message: `${path} cannot be changed: permission denied.`,
  hint: "Start the server with sudo, or name a file of your own with --hosts-file.",
});

/** Root without root's powers, as the service is, may write what root owns (capabilities(7), CAP_DAC_OVERRIDE). */
const deniedToRoot: Describe = (path) => ({
  code: "hosts-file-permission",
  message: `${path} cannot be changed: permission denied, although this is root.`,
  hint: "The service may change only files that belong to root. Give it to root:",
  command: giveToRoot(path),
});

/** Not even root may change what has the attribute `i` or `a` (chattr(1)). */
const protectedFromRoot: Describe = (path) => ({
  code: "hosts-file-permission",
  message: `${path} cannot be changed: the operation is not permitted, although this is root.`,
  hint: "The file or its folder is probably protected: lsattr -d shows an i or an a for it. Remove the protection:",
  command: asRoot(renderCommand(["chattr", "-ia", path])),
});

const full: Describe = (path) => ({
  code: "hosts-file-disk-full",
  message: `There is no space to write ${path}. No line of it is lost.`,
  hint: "Free some space. This shows which disk is full:",
  command: renderCommand(["df", "-h", path]),
});

const broken: Describe = (path) => ({
  code: "hosts-file-disk-error",
  message: `${path} could not be read or written: the disk reported an error.`,
  hint: "See what the disk reports:",
  command: asRoot("dmesg | tail"),
});

const missingFolder: Describe = (path) => ({
  code: "hosts-file-folder-missing",
  message: `${path} cannot be written: its folder, or the file that it links to, does not exist.`,
  hint: "Create it, or name the right file with --hosts-file. This shows what is there:",
  command: renderCommand(["ls", "-l", path]),
});

const notRegular: Describe = (path) => ({
  code: "hosts-file-not-regular",
  message: `${path} is not a regular file.`,
  hint: "Name the right file with --hosts-file. This shows what is there:",
  command: renderCommand(["ls", "-ld", path]),
});

const byCode: Readonly<Record<string, Describe>> = {
  EROFS: readOnly,
  EACCES: denied,
  EPERM: denied,
  ENOSPC: full,
  EDQUOT: full,
  EIO: broken,
  ENOENT: missingFolder,
  ENOTDIR: missingFolder,
  ELOOP: notRegular,
  EISDIR: notRegular,
  ENXIO: notRegular,
};

const byCodeForRoot: typeof byCode = { ...byCode, EACCES: deniedToRoot, EPERM: protectedFromRoot };

/** The file is a mount of its own, and what was mounted has been replaced where it came from (link count 0). */
export function orphanedTrouble(path: string): Trouble {
  return {
    code: "hosts-file-orphaned",
    message: `${path} is a mount of its own, and the file behind it was replaced or removed. What is written here does not reach the new file.`,
    hint: "Mount the folder of the file instead: in a container `--volume=/etc:/host/etc`, and start the server with --hosts-file=/host/etc/hosts. Until then, restart the container, or unmount the file and mount it again:",
    command: asRoot(renderCommand(["umount", path])),
  };
}

/** The trouble of a path that is not a regular file. */
export const notRegularTrouble = notRegular;

/**
 * Describes an error of the file system.
 *
 * @param error - what was thrown
 * @param path - what was being read or written
 * @returns the trouble, or undefined if the error is a bug
 */
export function hostsFileTrouble(error: unknown, path: string): Trouble | undefined {
  if (error instanceof TroubleError) return toTrouble(error);
  const code = errorCode(error);
  if (code === undefined) return undefined;
  const troubleAt = (isRoot() ? byCodeForRoot : byCode)[code];
  return troubleAt?.(path) ?? unwritable(path, code);
}

function unwritable(path: string, code: string): Trouble {
  return {
    code: "hosts-file-unwritable",
    message: `${path} could not be read or written (${code}).`,
    hint: "Check the file and its folder:",
    command: renderCommand(["ls", "-ld", path, dirname(path)]),
  };
}

/** What was written, beside the file or into it, was read again and is something else. */
export function notAsWrittenTrouble(path: string): Trouble {
  return {
    code: "hosts-file-not-as-written",
    message: `What was written for ${path} does not read back as it was written.`,
    hint: "Another program, such as a virus scanner, changes it at the same time, or the disk is failing. See what the disk reports:",
    command: asRoot("dmesg | tail"),
  };
}

/** The file has too many bytes to be looked at whole. */
export function tooLargeTrouble(path: string, size: number | bigint): Trouble {
  return {
    code: "hosts-file-too-large",
    message: `${path} has ${formatCount(size)} bytes, which is too many to read it and add lines.`,
    hint: "Find out what fills it, or name another file with --hosts-file. To remove our lines from it:",
    command: asRoot(`sed -i '/^# BEGIN.hostsfile-server/,/^# END.hostsfile-server/d' ${renderCommand([path])}`),
  };
}
