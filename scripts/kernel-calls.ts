/** Compiles the addon of src/platform/kernel-calls.c. Without a C compiler the server does without it, as SECURITY.md says. */
import { execa } from "execa";

/** No name of this machine and no time gets into it, so that the same source gives the same bytes. */
const flags = [
  "-std=c11",
  "-O2",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-fPIC",
  "-fvisibility=hidden",
  "-shared",
  "-nostdlib",
  "-s",
];

/**
 * Compiles the addon for this machine's processor.
 *
 * @returns whether there is one now: only on Linux, and where a C compiler and the C library's headers are
 */
export async function compileKernelCalls(path: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const source = new URL("../src/platform/kernel-calls.c", import.meta.url).pathname;
  const { failed, code, stderr } = await execa("cc", [...flags, "-o", path, source], { reject: false });
  if (failed && code !== "ENOENT") process.stderr.write(`${stderr}\n`);
  if (failed) process.stderr.write("Built without src/platform/kernel-calls.c, which needs a C compiler.\n");
  return !failed;
}
