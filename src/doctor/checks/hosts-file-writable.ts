/** May the server write the hosts file? Attributes, mounts and owners each forbid it in their own way. */
import { renderCommand } from "../../base/shell.ts";
import { type Check, type Finding, ok } from "../check.ts";
import { type HostsFile, lookAtHostsFile } from "../looks/hosts-file.ts";
import { type Writer, lookAtWriter, mayWrite } from "../looks/writing-rights.ts";
import { platform } from "../../platform/current.ts";

export const hostsFileWritable: Check = {
  id: "hosts-file-writable",
  title: "The hosts file can be written",
  needs: ["hosts-file-there"],
  run: async ({ once }) => [judgeWritable(await once(lookAtHostsFile), await once(lookAtWriter))],
};

/** Judges whether the file can be written; without a writer only what hinders everybody counts. */
export function judgeWritable(file: HostsFile, writer: Writer | undefined): Finding {
  const { path, real, mount, folder } = file;
  if (mount?.readOnly !== undefined) return readOnly(path, mount.point, mount.readOnly);
  for (const [place, attributes] of [
    [real, file.attributes],
    [folder.path, folder.attributes],
  ] as const) {
    const letter = /[ia]/.exec(attributes)?.[0];
    if (letter !== undefined) return protectedBy(place, letter);
  }
  if (writer !== undefined && !mayWrite(writer, file)) return denied(file, writer);
  const how =
    mount?.point === real ? `${path} is a mount of its own, so it is written in place` : `${path} can be written`;
  return ok(writer === undefined ? `${how}.` : `${how} by ${writer.name}.`);
}

function readOnly(path: string, point: string, what: "mount" | "file system"): Finding {
  const options = what === "mount" ? "remount,bind,rw" : "remount,rw";
  return {
    grade: "problem",
    code: "hosts-file-read-only",
    message: `${path} cannot be changed: ${point} is mounted read-only.`,
    hint: "Mount it writable:",
    command: platform.commands.asRoot(renderCommand(["mount", "-o", options, point])),
  };
}

/** The letters of chattr(1): `i` forbids every change, `a` every one but appending. */
function protectedBy(place: string, letter: string): Finding {
  const command = ["chattr", `-${letter}`, place];
  const what = letter === "i" ? "immutable" : "append-only";
  return {
    grade: "problem",
    code: "hosts-file-immutable",
    message: `${place} is protected (${what}), so that not even root can write it.`,
    hint: "Lift that:",
    command: platform.commands.asRoot(renderCommand(command)),
    fix: { commands: [command], needsRoot: true },
  };
}

function denied({ path, real, owner, mode }: HostsFile, { name, user }: Writer): Finding {
  const rights = `owner ${owner}, mode ${mode.toString(8).padStart(4, "0")}`;
  const advice =
    user === 0
      ? {
          hint: "The service may change root's files only:",
          command: platform.commands.asRoot(renderCommand(["chown", "root:root", real])),
        }
      : {
          hint: "Run the server as root, best as a service:",
          command: platform.commands.asRoot("hostsfile-server install"),
        };
  const message = `${path} cannot be written by ${name}: it has ${rights}.`;
  return { grade: "problem", code: "hosts-file-permission", message, ...advice };
}
