/** How many bytes names take as lines of a hosts file, the largest form in which they are shown. */
import type { Address } from "./address.ts";

/** A blank and a line end. */
const bytesBeside = 2;

/** Bytes of the lines of a name, one `address name` for each address. */
export function lineBytes(name: string, addresses: readonly Address[]): number {
  let bytes = addresses.length * (name.length + bytesBeside);
  for (const address of addresses) bytes += address.length;
  return bytes;
}
