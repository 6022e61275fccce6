/** What people type so that the system resolver is told. */
import { platform } from "../current.ts";

/** Makes the resolver be told in the way that fits now. */
export const tellResolver = platform.commands.asRoot("hostsfile-server install --resolver=auto");

/** Agrees that our domains are exempt from DNSSEC. */
export const exemptDomains = platform.commands.asRoot("hostsfile-server install --dnssec-exempt");
