/** The faults of the DNS responder and of telling the system resolver that `doctor` is proven on: test/e2e/wiring-faults.test.ts makes them. */
import type { FaultRow } from "./faults.ts";

export const responderFaults = [
  { fault: "Another program has the DNS responder's port", code: "dns-port-taken", fix: "`kill`" },
  { fault: "A firewall drops questions to the DNS responder", code: "dns-silent", fix: "`nft` shows the rule" },
] as const satisfies readonly FaultRow[];

export const resolverFaults = [
  {
    fault: "Somebody changed the file that tells the resolver our domains",
    code: "resolver-file-foreign",
    fix: "`rm`, and the server writes it anew",
  },
  {
    fault: "Another link took a part of our domain",
    code: "resolver-domain-contested",
    fix: "`resolvectl domain` takes it away",
  },
  {
    fault: "systemd-resolved checks DNSSEC by now",
    code: "resolver-checks-dnssec",
    fix: "`install --dnssec-exempt`",
  },
  {
    fault: "systemd-resolved is too old for the way that was chosen",
    code: "resolver-way-impossible",
    fix: "`install --resolver=auto`",
  },
  {
    fault: "With `--resolver=global`, somebody added servers for the whole machine",
    code: "resolver-global-shared",
    fix: "`install --resolver=auto`",
  },
  {
    fault: "The resolver forgot what it was told",
    code: "resolver-does-not-ask",
    fix: "`systemctl restart` the server",
  },
  {
    fault: "NetworkManager took over our network link",
    code: "resolver-link-managed",
    fix: "`systemctl restart` the server",
  },
  {
    fault: "`/etc/resolv.conf` leads past systemd-resolved",
    code: "resolver-bypassed",
    fix: "`ln -sf` to its own",
  },
] as const satisfies readonly FaultRow[];
