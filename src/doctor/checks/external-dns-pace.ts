/** Is ExternalDNS quick and new enough for a desktop? It works otherwise too, later or with more restarts. */
import { type Change, renderChange } from "../../dtk/external-dns/change.ts";
import { formatVersion, isBefore } from "../../dtk/external-dns/version.ts";
import { type Check, type Desktop, type Finding, ok } from "../check.ts";
import { type WebhookPath, lookAtChain } from "../looks/cluster-looks.ts";

export const externalDNSPace: Check = {
  id: "external-dns-pace",
  title: "ExternalDNS is quick",
  needs: ["external-dns-installed"],
  run: async (desktop) => judgePace(await desktop.once(lookAtChain), desktop),
};

/** Milliseconds between two looks up to which names come in good time. */
const longest = 10_000;

const interval: Change = { flag: "interval", values: ["2s"], chartValue: "interval=2s" };
const events: Change = { flag: "events", values: [], chartValue: "triggerLoopOnEvent=false" };

/** Judges interval, events and version. */
export function judgePace({ externalDNS }: WebhookPath, desktop: Pick<Desktop, "place">): readonly Finding[] {
  const { settings, version } = externalDNS;
  const change = (what: Change): string => renderChange(externalDNS, what, desktop.place);
  const findings: Finding[] = [];
  if (settings.interval > longest && !settings.hasEvents) {
    const message = `ExternalDNS looks every ${settings.interval / 1000} s only, so a new name may take as long.`;
    findings.push({
      grade: "note",
      code: "interval-long",
      message,
      hint: "Let it look every 2 s:",
      command: change(interval),
    });
  }
  if (settings.hasEvents && settings.interval <= longest) {
    const message =
      "ExternalDNS has --events beside a short interval: an event puts its next look off to 5 s after the last.";
    findings.push({
      grade: "note",
      code: "events-delay",
      message,
      hint: "Leave --events out:",
      command: change(events),
    });
  }
  if (version !== undefined && isBefore(version, [0, 14, 2])) {
    const message = `ExternalDNS ${formatVersion(version)} ends whenever the server answers 503, as at its start; since v0.14.2 it tries again.`;
    findings.push({
      grade: "note",
      code: "external-dns-old",
      message,
      hint: "Install a newer one:",
      command: "dtk install-addon external-dns",
    });
  }
  return findings.length > 0 ? findings : [ok(`ExternalDNS looks every ${settings.interval / 1000} s.`)];
}
