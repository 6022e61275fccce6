/** A hosts file as it is on a desktop that is well, for tests that change a part of it. */
import type { HostsFile } from "../../src/doctor/looks/hosts-file.ts";

/** Makes what a look at the hosts file would find. */
export function hostsFileOf(given: Partial<HostsFile> = {}): HostsFile {
  return {
    path: "/etc/hosts",
    real: "/etc/hosts",
    isLink: false,
    kind: "file",
    mode: 0o644,
    owner: 0,
    group: 0,
    links: 1,
    text: "127.0.0.1 localhost\n",
    mount: { point: "/", readOnly: undefined, isOrphaned: false },
    attributes: "e",
    folder: { path: "/etc", attributes: "e", mode: 0o755, owner: 0, group: 0 },
    ...given,
  };
}
