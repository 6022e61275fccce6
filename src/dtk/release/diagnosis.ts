/** Tells from the end of ExternalDNS's log why it does not run, and what to do about it. Pure. */
import type { Advice, Trouble } from "../../base/trouble.ts";
import { platform } from "../../platform/current.ts";

interface DiagnosisWords {
  /** The end of the pod's log. */
  readonly log: string;
  /** The URL that ExternalDNS calls, without a token. */
  readonly url: string;
  /** The server's name for the cluster. */
  readonly cluster: string;
  /** Commands that let the cluster through this desktop's firewall; empty when none was found. */
  readonly firewall: readonly string[];
  /** What else may lead to the desktop, as `--host-ip` takes it. */
  readonly otherWays: readonly string[];
}

interface Cause {
  readonly code: string;
  /** In ExternalDNS's words (provider/webhook/webhook.go, Go's net package). */
  readonly pattern: RegExp;
  readonly message: (words: DiagnosisWords) => string;
  readonly advice: (words: DiagnosisWords) => Advice;
}

const causes: readonly Cause[] = [
  {
    code: "webhook-wrong-token",
    pattern: /status code 401|status code < 500/,
    message: ({ url }) => `ExternalDNS reaches ${url}, and the server does not take its token.`,
    advice: ({ cluster }) => ({
      hint: "Give dtk the admin token that the server was started with (--token-file FILE), then run this again. To show the cluster's own token:",
      command: `hostsfile-server token --cluster ${cluster}`,
    }),
  },
  {
    code: "webhook-not-allowed",
    pattern: /status code 503/,
    message: ({ url }) =>
      `ExternalDNS reaches ${url}, and the server answers 503: it does not let this address in, or is not ready.`,
    advice: () => ({
      hint: "The server's log names the address and the --allow that lets it in. See also:",
      command: "hostsfile-server status",
    }),
  },
  {
    code: "webhook-wrong-content",
    pattern: /wrong content type/,
    message: ({ url }) => `ExternalDNS reaches ${url}, but something else than hostsfile-server answers there.`,
    advice: () => ({
      hint: "Name the right address and port as dns.host-ip and dns.webhook-port. See which program has the port:",
      command: platform.commands.showListeners(),
    }),
  },
  {
    code: "webhook-unknown-host",
    pattern: /no such host|server misbehaving/,
    message: ({ url }) => `Inside the cluster nobody knows the name in ${url}.`,
    advice: (words) => ({
      hint: `Name this desktop by its address as the cluster sees it: dns.host-ip in config.yaml, or --host-ip.${otherWaysOf(words)}`,
    }),
  },
  {
    code: "webhook-refused",
    pattern: /connection refused|connection reset/,
    message: ({ url }) => `Nothing takes ExternalDNS's calls at ${url}: the connection is refused.`,
    advice: (words) =>
      orFirewall(
        words,
        "Does the server listen on that address? Start it without --host, or name another as dns.host-ip.",
      ),
  },
  {
    code: "webhook-unreachable",
    pattern: /i\/o timeout|deadline exceeded|Client\.Timeout|no route to host|network is unreachable/,
    message: ({ url }) =>
      `ExternalDNS's calls to ${url} get no answer: a firewall drops them, or this is not the way to the desktop.`,
    advice: (words) =>
      orFirewall(words, "Allow the port in this desktop's firewall, or name another address as dns.host-ip."),
  },
  {
    code: "external-dns-forbidden",
    pattern: /is forbidden: User/,
    message: () => "ExternalDNS may not read what it should watch.",
    advice: () => ({
      hint: "The chart's ClusterRole lacks it. Leave rbac.create on, and your own --values as they were.",
    }),
  },
  {
    code: "external-dns-flags",
    pattern: /unknown long flag|flag parsing error|unknown flag|must be set explicitly|config validation failed/,
    message: () => "ExternalDNS does not take the flags that the chart gives it.",
    advice: () => ({
      hint: "Chart and image do not fit together: leave image.tag out of your own values, or name another --chart-version.",
    }),
  },
];

function orFirewall(words: Pick<DiagnosisWords, "firewall" | "otherWays">, otherwise: string): Advice {
  const { firewall } = words;
  const others = otherWaysOf(words);
  if (firewall.length === 0) return { hint: `${otherwise}${others}` };
  const hint = "Let the cluster through this desktop's firewall:";
  return { hint: others === "" ? hint : `${others.trim()}\n  ${hint}`, command: firewall.join("; ") };
}

/** A line on what else may lead to the desktop; empty when nothing is known. */
function otherWaysOf({ otherWays }: Pick<DiagnosisWords, "otherWays">): string {
  return otherWays.length === 0
    ? ""
    : `\n  Or the way to the desktop is another; try: --host-ip ${otherWays.join(", or --host-ip ")}`;
}

/** What to do when nothing comes through: open the firewall that was found, or call another address. */
export function adviceOnReach(firewall: readonly string[]): Advice {
  return orFirewall(
    { firewall, otherWays: [] },
    "Allow the port in this desktop's firewall, or name another address as dns.host-ip.",
  );
}

/** Finds the known cause in the log; undefined when there is none. */
export function diagnose(words: DiagnosisWords): Trouble | undefined {
  const cause = causes.find(({ pattern }) => pattern.test(words.log));
  return cause && { code: cause.code, message: cause.message(words), ...cause.advice(words) };
}

/**
 * The last lines of a log for people. ExternalDNS logs its whole configuration first, and the token in the URL with it;
 * that line is left out, and a token anywhere else is masked.
 */
export function lastLines(log: string, most = 5): readonly string[] {
  return log
    .split("\n")
    .filter((line) => line.trim() !== "" && !/msg="?config: ?\{|"config: \{/.test(line))
    .slice(-most)
    .map((line) => line.slice(0, 500).replaceAll(/\/\/([^/:@\s]+):[^@\s/]+@/g, "//$1:***@"));
}
