/** How large one record, one name and all shown lines may be, so that no resource of a cluster can fill the memory or the hosts file. */

const mebibyte = 1024 * 1024;

/** Limits of one endpoint, wherever it comes from. */
export const recordLimits = {
  /** Bytes of its name. */
  nameBytes: 1024,
  /** Bytes of the endpoint as JSON; some thousand addresses, or the annotations of a usual resource. */
  bytes: 64 * 1024,
} as const;

/** Limits of what is shown. */
export const shownLimits = {
  addressesPerName: 256,
  /** Bytes of the lines of one cluster, so that no cluster takes the room of all others. */
  bytesPerCluster: 16 * mebibyte,
  /** Bytes of the lines of all clusters; each look-up of a name reads all of them. */
  bytes: 32 * mebibyte,
} as const;
