/** Why the hosts file could not be read or written, in words for a user; the one error that the sink must expect. */
import type { Trouble } from "../../base/trouble.ts";
import { formatCount } from "../../base/words.ts";
import { errorCode } from "./writer/file-access.ts";

export class HostsFileError extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble, cause?: unknown) {
    super(trouble.message, { cause });
    this.name = "HostsFileError";
    this.trouble = trouble;
  }
}

type Explain = (path: string) => Trouble;

const isNixStore = (path: string): boolean => path.startsWith("/nix/store/");

const readOnly: Explain = (path) => ({
  code: "hosts-file-read-only",
  message: `${path} cannot be changed: its file system is mounted read-only.`,
  hint: isNixStore(path)
    ? 'On NixOS set `environment.etc.hosts.mode = "0644";` and run `sudo nixos-rebuild switch`.'
    : `Mount it writable (\`findmnt --target ${path}\` shows which mount), or name another file with --hosts-file. It is tried again by itself.`,
});

const denied: Explain = (path) => ({
  code: "hosts-file-permission",
  message: `${path} cannot be changed: permission denied.`,
  hint: `Run as root (\`sudo hostsfile-server\`). If it is root already, \`lsattr ${path}\` shows an \`i\` for a protected file: \`sudo chattr -i ${path}\` lifts it. It is tried again by itself.`,
});

/** Root without root's powers, as the service is, may write what root owns (capabilities(7), CAP_DAC_OVERRIDE). */
const deniedToRoot: Explain = (path) => ({
  code: "hosts-file-permission",
  message: `${path} cannot be changed: permission denied, though this is root.`,
  hint: `The service may change root's files only: \`sudo chown root:root ${path}\`. It is tried again by itself.`,
});

const full: Explain = (path) => ({
  code: "hosts-file-disk-full",
  message: `There is no space to write ${path}; no line of it is lost.`,
  hint: `Free some space (\`df -h ${path}\` shows which disk). It is tried again by itself.`,
});

const broken: Explain = (path) => ({
  code: "hosts-file-disk-error",
  message: `${path} could not be read or written: the disk reported an error.`,
  hint: "Look at `sudo dmesg | tail` for what the disk says. It is tried again by itself.",
});

const missingFolder: Explain = (path) => ({
  code: "hosts-file-folder-missing",
  message: `${path} cannot be written: its folder or the file that it links to is not there.`,
  hint: `Check \`ls -l ${path}\`, or name the right file with --hosts-file.`,
});

const notRegular: Explain = (path) => ({
  code: "hosts-file-not-regular",
  message: `${path} is no regular file.`,
  hint: `Check \`ls -l ${path}\`, or name the right file with --hosts-file.`,
});

const byCode: Readonly<Record<string, Explain>> = {
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

/** The file is a mount of its own, and what was mounted has been replaced where it came from (link count 0). */
export function orphanedTrouble(path: string): Trouble {
  return {
    code: "hosts-file-orphaned",
    message: `${path} is mounted by itself, and the file behind the mount was replaced or removed: what is written here does not reach the new one.`,
    hint: `Mount the folder of the file, not the file: in a container \`--volume=/etc:/host/etc\`, and here --hosts-file=/host/etc/hosts. Until then mount it again (\`sudo umount ${path}\`, then as before), or start the container anew.`,
  };
}

/** The trouble of a path that is no regular file. */
export const notRegularTrouble = notRegular;

/**
 * Explains an error of the file system.
 *
 * @param error - what was thrown
 * @param path - what was being read or written
 * @returns the error with its trouble, or undefined if it is none of the file system's
 */
export function explain(error: unknown, path: string): HostsFileError | undefined {
  if (error instanceof HostsFileError) return error;
  const code = errorCode(error);
  if (code === undefined) return undefined;
  const known = code === "EACCES" && process.geteuid?.() === 0 ? deniedToRoot : byCode[code];
  const trouble = known?.(path) ?? {
    code: "hosts-file-unwritable",
    message: `${path} could not be read or written (${code}).`,
    hint: "It is tried again by itself.",
  };
  return new HostsFileError(trouble, error);
}

/** The file has too many bytes to be looked at whole. */
export function tooLargeTrouble(path: string, size: number | bigint): Trouble {
  return {
    code: "hosts-file-too-large",
    message: `${path} has ${formatCount(size)} bytes, too many to be read and shown in.`,
    hint: "Find out what fills it, or name another file with --hosts-file. To take our lines out of it:",
    command: `sudo sed -i '/^# BEGIN.hostsfile-server/,/^# END.hostsfile-server/d' ${path}`,
  };
}
