/** How much may be stored and shown: of one record, one name, one cluster and in all. No resource of a cluster can fill the memory, the disk or the hosts file. */

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

/** Limits of what the watcher of one user may have where a token is required. */
export const watchLimits = { clusters: 16 } as const;

/** Limits of what is stored, so that a broken or hostile caller cannot fill the disk, nor take the room of the other clusters. */
export const storeLimits = {
  clusters: 64,
  domainsPerCluster: 1000,
  /** Endpoints of one cluster, ownership records included. */
  recordsPerCluster: 200_000,
  /** Endpoints of all clusters together, ownership records included. */
  records: 500_000,
  /** Bytes of the endpoints of one cluster as JSON; `GET /records` answers all of a feed at once. */
  bytesPerCluster: 64 * mebibyte,
  /** Bytes of the endpoints of all clusters together. */
  bytes: 256 * mebibyte,
} as const;
