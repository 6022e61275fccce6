/** How much the store takes, so that a broken or hostile caller cannot fill the disk or the memory, nor take the room of the other clusters. */

const mebibyte = 1024 * 1024;

export const limits = {
  clusters: 64,
  domainsPerCluster: 1000,
  /** Endpoints of one cluster, ownership records included. */
  recordsPerCluster: 200_000,
  /** Endpoints of all clusters together, ownership records included. */
  records: 500_000,
  /** Bytes of the endpoints of one cluster as JSON; `GET /records` answers all of them at once. */
  bytesPerCluster: 64 * mebibyte,
  /** Bytes of the endpoints of all clusters together. */
  bytes: 256 * mebibyte,
} as const;
