/** The seed's way to call dtk: an option that names an add-on means the command. */

const seedFlag = "--install-addon";

/**
 * Rewrites `dtk --install-addon external-dns` to `dtk install-addon external-dns`; everything else stays as it is.
 *
 * @param argv - as `process.argv`
 */
export function rewriteSeedSpelling(argv: readonly string[]): readonly string[] {
  const index = argv.findIndex((word) => word === seedFlag || word.startsWith(`${seedFlag}=`));
  const flag = argv[index];
  if (index < 2 || flag === undefined) return argv;
  const hasValue = flag.startsWith(`${seedFlag}=`);
  const name = hasValue ? [flag.slice(seedFlag.length + 1)] : argv.slice(index + 1, index + 2);
  const rest = [...argv.slice(2, index), ...argv.slice(index + (hasValue ? 1 : 2))];
  return [...argv.slice(0, 2), "install-addon", ...name, ...rest];
}
