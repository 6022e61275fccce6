/** Writes docs/configuration.md from the declarations of the commands, so that the page cannot say anything else than the program does. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CommandDeclaration, ProgramDeclaration } from "../src/cli/command.ts";
import { hostsfileServer } from "../src/cli/server/commands.ts";
import { dtk } from "../src/cli/dtk/commands.ts";
import { serveSettings } from "../src/cli/server/serve-settings.ts";
import { type Setting, describeSetting, environmentName } from "../src/cli/setting.ts";
import { entries, pathText } from "../src/dtk/configuration/entry.ts";
import { maxStreams } from "../src/control/status/event-stream.ts";
import { defaultConnectionLimits, mostWaiting } from "../src/http/connections.ts";
import { defaultLimits, roomFor, settingBodyMost } from "../src/http/limits.ts";
import { recordLimits, shownLimits, storeLimits, watchLimits } from "../src/records/limits.ts";
import { metricsPath, renderMetricsPage } from "./metrics-page.ts";
import { renderStatusPage, statusPath } from "./status-page.ts";

/** Where the page lies. */
export const configurationPath = join(import.meta.dirname, "..", "docs", "configuration.md");

/** The page as it must be. */
export function renderConfiguration(): string {
  const serverCommands = renderCommands(hostsfileServer, (name) => name);
  const dtkCommands = renderCommands(dtk, (name) => `dtk ${name}`);
  const parts = [introduction(), saved(), ...serverCommands, configFile(), ...dtkCommands];
  return [...parts, surroundings, exitCodes, renderLimits()].join("\n");
}

function introduction(): string {
  return `# Configuration

<!-- Made by \`npm run docs\` from the declarations in src/cli and src/dtk/configuration/entry.ts; a test fails when it is stale. -->

Every command takes flags, as \`--flag=value\` or \`--flag value\`. Every flag has an environment variable that sets the same value.
When both are given, the flag counts. An empty variable counts as not given. \`sudo\` drops variables, so with it use flags.

A list is comma separated. A switch takes no value as a flag; its variable takes \`true\`, \`1\`, \`yes\` or \`on\`, and \`false\`, \`0\`, \`no\` or \`off\`.
\`hostsfile-server\` has no configuration file, \`dtk\` has [\`config.yaml\`](#configyaml). From a checkout the commands are \`./hostsfile-server\` and \`./dtk\`.
`;
}

function saved(): string {
  const flags = Object.values(serveSettings)
    .filter(({ isSaved }) => isSaved === true)
    .map(({ flag }) => `\`--${flag}\``);
  return `## What is saved

The settings of each cluster are kept in the state folder, with its records: ${flags.join(", ")} for the cluster \`default\`, and what was set with
[the REST methods](protocol.md#configuration) for any cluster. A flag that is given wins over what was saved and is saved in its place; what is not given stays as it was saved.
All other flags hold for one run.
`;
}

/** The file of dtk. */
function configFile(): string {
  const rows = Object.values(entries).map(({ path, doc, whenAbsent }) => [`\`${pathText(path)}\``, doc, whenAbsent]);
  return `## config.yaml

What \`dtk\` reads, in the file of Desktop Kubernetes as it is. A flag wins over its environment variable, that over the file. A path in the file is relative to the file. Other keys are left alone;
every problem is shown at once, with line and column. \`dtk config init\` writes a new one, and \`dtk config show\` says where each value came from.

| key | what it is | when absent |
|---|---|---|
${rows.map(renderRow).join("\n")}
| \`addons\` | The add-ons: a list of names, or of maps with \`name\` and \`enabled\`. | none |
`;
}

function renderCommands(program: ProgramDeclaration, title: (name: string) => string): readonly string[] {
  return program.commands.map((command) => renderCommand(command, program.name, title(command.name)));
}

function renderCommand({ summary, examples, settings }: CommandDeclaration, program: string, title: string): string {
  return `## ${title}

${summary}.

\`\`\`
${examples.join("\n")}
\`\`\`

| flag | environment variable | what it does | when absent |
|---|---|---|---|
${Object.values(settings)
  .map((setting) => renderRow(cellsOf(setting, program)))
  .join("\n")}
`;
}

function cellsOf(setting: Setting, program: string): readonly string[] {
  const { flag, placeholder, whenAbsent } = setting;
  const usage = placeholder === undefined ? `--${flag}` : `--${flag}=${placeholder}`;
  return [`\`${usage}\``, `\`${environmentName(setting, program)}\``, describeSetting(setting), whenAbsent];
}

function renderRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|");
}

const surroundings = `## Other variables

| variable | what it does |
|---|---|
| \`STATE_DIRECTORY\` | Set by systemd for a unit with \`StateDirectory=\`: the state folder when \`--state-dir\` is not given. |
| \`XDG_STATE_HOME\` | Where a user who is not root keeps state; \`~/.local/state\` when not set. |
| \`NO_COLOR\` | Set to anything: no colours. |
| \`FORCE_COLOR\` | Set to \`1\`: colours in the status also when the output is not a terminal. |
`;

const exitCodes = `## Exit codes

| code | meaning |
|---|---|
| 0 | fine |
| 1 | a problem was found: \`status\` has something that needs attention, \`demo\` did not end as it began |
| 2 | wrong usage |
| 3 | the surroundings: a port that is taken, a missing permission, a lock that another process holds, no server to ask |
| 70 | a bug; please report what was printed |

The result goes to standard output, everything else to standard error. With \`--json\` a failure is the result too: one line of JSON with \`code\`, \`message\`, \`hint\` and, where there is one, \`command\`, on standard output;
[troubleshooting](troubleshooting.md) has an entry for each code.
`;

function renderLimits(): string {
  const mebibyte = 1024 * 1024;
  const rows: readonly (readonly [string, number])[] = [
    ["clusters", storeLimits.clusters],
    ["clusters of one user's watcher, where a token is required", watchLimits.clusters],
    ["managed domains of a cluster", storeLimits.domainsPerCluster],
    ["bytes of a name", recordLimits.nameBytes],
    ["KiB of a record, as JSON", recordLimits.bytes / 1024],
    ["addresses of a name", shownLimits.addressesPerName],
    ["records of a cluster, ownership records included", storeLimits.recordsPerCluster],
    ["records of all clusters", storeLimits.records],
    ["MiB of the records of a cluster, as JSON", storeLimits.bytesPerCluster / mebibyte],
    ["MiB of the records of all clusters", storeLimits.bytes / mebibyte],
    ["MiB of the lines of a cluster in the hosts file", shownLimits.bytesPerCluster / mebibyte],
    ["MiB of the lines of all clusters in the hosts file", shownLimits.bytes / mebibyte],
    ["MiB of a request body", defaultLimits.body / mebibyte],
    ["MiB of a request body that sets domains, cluster IP or target mode", settingBodyMost / mebibyte],
    ["MiB of all request bodies at one time", defaultLimits.allBodies / mebibyte],
    ["MiB of one address's request bodies at one time", roomFor(defaultLimits).perOrigin / mebibyte],
    ["requests of one address at one time", defaultLimits.requestsPerAddress],
    [
      "MiB of answers that are ready and not taken, beyond which their readers are cut",
      defaultConnectionLimits.unsent / mebibyte,
    ],
    ["requests that wait for another on their connection", mostWaiting],
    ["connections of one address; from the 65th on its requests get 503", defaultConnectionLimits.hard],
    ["connections of one address that may not call and has shown no token", defaultConnectionLimits.perStranger],
    ["connections of all such addresses together", defaultConnectionLimits.strangers],
    ["connections of all addresses", defaultConnectionLimits.total],
    ["event streams at one time", maxStreams],
  ];
  return `## Limits

These are fixed. The addresses of an IPv6 network of 64 bits count as one, but for this machine's own. There are fewer connections where the process may open few files (\`ulimit -n\`): 64 of these are kept for other things.
When there is no room for a connection, one is closed for it: a stranger's, or else the one that has been idle for longest of the address with the most.
When there is no room for a body, unfinished ones get 503: first those that have stalled, the slowest before the others, then the largest of the address with the most.

| what | at most |
|---|---|
${rows.map(([what, most]) => `| ${what} | ${most.toLocaleString("en")} |`).join("\n")}

A record or name that passes a limit is left out, and the rest is taken. The request succeeds all the same, since an error would end ExternalDNS or keep it from all other names.
The status, the page and the metrics have what was left out, with the reason; what needs attention says which limit it was. What came first keeps its room, and what was left out is taken once there is room.
`;
}

if (import.meta.main) {
  await writeFile(configurationPath, renderConfiguration());
  await writeFile(metricsPath, await renderMetricsPage());
  await writeFile(statusPath, renderStatusPage());
}
