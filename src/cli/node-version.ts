/** Says in one sentence that Node is too old, before anything is loaded that an old Node cannot read. */

const oldest = 24;

/** Whether this Node can run the program; if not, it has been said and the exit code is set. */
export function isNodeNewEnough(program: string): boolean {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= oldest) return true;
  process.stderr.write(
    `${program}: needs Node ${oldest} or newer, this is ${process.versions.node}.\n` +
      `  Install a newer Node, or the package or the single executable, which bring their own.\n`,
  );
  process.exitCode = 3;
  return false;
}
