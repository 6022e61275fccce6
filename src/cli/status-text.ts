/** The status as text for a terminal: one screen, the state of each part first, what needs attention last. */
import type { Status } from "../control/status.ts";
import { counted } from "./words.ts";

/** Lines of a list that are printed before the rest is counted. */
const mostListed = 20;

/**
 * Renders the status.
 *
 * @param status - as the server gave it
 * @param now - milliseconds since 1970, for ages
 */
export function renderStatus(status: Status, now: number): string {
  const sections = [
    renderServer(status, now),
    ...status.clusters.map((cluster) => renderCluster(cluster, now)),
    ...status.sinks.map((sink) => renderSink(sink, now)),
    renderList("Not shown", status.notShown),
    renderList("Left out", status.leftOut),
    renderAttention(status),
  ];
  return sections.filter((section) => section !== "").join("\n");
}

function renderServer({ server }: Status, now: number): string {
  const callers = server.tokenRequired ? "whoever shows a token" : ["this machine", ...server.allowed].join(", ");
  return lines([
    `hostsfile-server ${server.version}, pid ${server.pid}, up ${formatAge(server.since, now)}, ${server.ready ? "ready" : "NOT READY"}`,
    `  address      ${server.address}`,
    `  hosts file   ${server.hostsFile}${server.dryRun ? " (dry run: not written)" : ""}`,
    `  may call     ${callers}`,
  ]);
}

function renderCluster(cluster: Status["clusters"][number], now: number): string {
  const { name, clusterIPs, domains, targets, records, shown, lastHeard, negotiation } = cluster;
  const counts = Object.entries(records).map(([type, count]) => `${count} ${type}`);
  return lines([
    `Cluster ${name}`,
    `  cluster IP   ${clusterIPs.join(", ") || "not set"}`,
    `  domains      ${domains.join(", ") || "none"}`,
    `  targets      ${targets}`,
    `  records      ${counts.join(", ") || "none"}; ${counted(shown, "name")} shown`,
    `  last call    ${lastHeard === null ? "never" : `${formatAge(lastHeard, now)} ago`}`,
    ...(negotiation === null
      ? []
      : [
          `  told         ${formatAge(negotiation.at, now)} ago to look at ${negotiation.include.join(", ") || "everything"}`,
        ]),
  ]);
}

function renderSink({ name, ok, lastWrittenAt, method, trouble }: Status["sinks"][number], now: number): string {
  const written =
    lastWrittenAt === null
      ? "not written since the start"
      : `${methodWords(method)} ${formatAge(lastWrittenAt, now)} ago`;
  return lines([
    `The ${name} is ${ok ? "in step" : "NOT in step"}, ${written}`,
    ...(trouble === null ? [] : [`  ${trouble.message}`]),
  ]);
}

function methodWords(method: string | null): string {
  if (method === "rename") return "replaced";
  return method === "in-place" ? "written in place" : "changed in memory alone";
}

function renderList(title: string, { total, list }: { total: number; list: readonly { sentence: string }[] }): string {
  if (total === 0) return "";
  const more = total > mostListed ? [`  and ${total - mostListed} more`] : [];
  return lines([`${title}: ${total}`, ...list.slice(0, mostListed).map(({ sentence }) => `  ${sentence}`), ...more]);
}

function renderAttention({ attention }: Status): string {
  if (attention.length === 0) return lines(["Nothing needs attention."]);
  return lines([
    "Needs attention:",
    ...attention.flatMap(({ code, message, hint }) => [`  ${message} [${code}]`, `    ${hint}`]),
  ]);
}

function lines(texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** The time since a moment in its largest whole unit, as in `3 min`. */
function formatAge(moment: string, now: number): string {
  const milliseconds = Math.max(0, now - Date.parse(moment));
  const [unit, size] = units.find((entry) => milliseconds >= entry[1]) ?? ["s", 1000];
  return `${Math.floor(milliseconds / size)} ${unit}`;
}
