/** The identity of the hosts file among the sinks, which is the same in a dry run. */
export const hostsFileIdentity = { id: "hosts-file", title: "hosts file" } as const;
