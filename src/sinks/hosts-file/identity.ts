/** How the hosts file is told from other sinks; the same in a dry run. */
export const hostsFileIdentity = { id: "hosts-file", title: "hosts file" } as const;
