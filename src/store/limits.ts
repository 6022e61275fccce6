/** How much the store takes, so that a broken or hostile caller cannot fill the disk or the memory. */

export const limits = {
  clusters: 64,
  domainsPerCluster: 1000,
  /** Endpoints of all clusters together, ownership records included. */
  records: 500_000,
} as const;
