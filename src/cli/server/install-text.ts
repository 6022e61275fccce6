/** What `install` says: the plan before it is done, and what to do next. */
import { type InstallationPlan, type Present, changesOf } from "../../service/installation.ts";
import type { Item } from "../../service/item.ts";
import type { Places } from "../../platform/places.ts";
import type { Platform } from "../../platform/platform.ts";
import { renderCommand } from "../../base/shell.ts";
import { version } from "../../base/version.ts";
import { counted } from "../../base/words.ts";

/** Renders the plan, a line for each thing that changes. */
export function describePlan(plan: InstallationPlan, present: Present, { places, services }: Platform): string {
  const changes = changesOf(plan);
  const foreign = plan.items.filter(({ state }) => state === "foreign").map(({ item }) => item.path);
  const left = foreign.map((path) => `leave   ${path}, which was not put there by install`);
  if (changes.length + plan.replaced.length + plan.obsolete.length === 0)
    return lines(["Everything is installed as it should be; nothing was changed.", ...left]);
  const program = changes.filter((item) => isProgram(item, places));
  const files = `${counted(program.length, "file")}, version ${version}`;
  return lines([
    ...(plan.predecessor === undefined
      ? []
      : [
          `replace the Python server of ${services.service}`,
          `        its unit is kept as ${places.predecessorCopy} until uninstall`,
        ]),
    ...(program.length === 0 ? [] : [`copy    the program to ${places.programFolder} (${files})`]),
    ...changes.flatMap((item) =>
      isProgram(item, places)
        ? []
        : [
            `${isNew(plan, item) ? "write  " : "replace"} ${describeItem(item)}`,
            ...describeSettings(item, present, places),
          ],
    ),
    ...plan.replaced.map((path) => `remove  ${path}, which the package takes the place of`),
    ...plan.obsolete.map((path) => `remove  ${path}, which is not needed any more`),
    ...left,
    present.pid === undefined || plan.predecessor !== undefined
      ? `enable  ${services.service} and start it`
      : `restart ${services.service}, while ${services.name} holds its port`,
  ]);
}

function isProgram({ path }: Item, { programFolder }: Places): boolean {
  return path.startsWith(`${programFolder}/`);
}

function isNew({ items }: InstallationPlan, item: Item): boolean {
  return items.find((entry) => entry.item === item)?.state === "missing";
}

function describeItem(item: Item): string {
  switch (item.kind) {
    case "folder":
      return `${item.path}/`;
    case "link":
      return `${item.path} -> ${item.target}`;
    case "file":
      return `${item.path} (mode ${item.mode.toString(8)})`;
  }
}

/** What changes in a settings file that is there. */
function describeSettings(item: Item, { settings }: Present, { settingsFile }: Places): readonly string[] {
  if (item.kind !== "file" || item.path !== settingsFile || typeof item.content !== "string") return [];
  if (settings === undefined) return [];
  const [before, after] = [settings.split("\n"), item.content.split("\n")];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `        - ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `        + ${line}`),
  ];
}

/** The text of each file, but for the program's and the token. */
export function planContents(plan: InstallationPlan, places: Places): string {
  return changesOf(plan)
    .flatMap((item) =>
      item.kind === "file" &&
      typeof item.content === "string" &&
      item.path !== places.tokenFile &&
      !isProgram(item, places)
        ? [`\n${item.path}:\n${item.content.replaceAll(/^(?=.)/gm, "  ")}`]
        : [],
    )
    .join("");
}

/**
 * What to do once it runs: at first connect a cluster, unless the watcher does; an ExternalDNS that called the predecessor
 * starts anew.
 */
export function nextStep(
  { predecessor, settings }: Pick<Present, "predecessor" | "settings">,
  { hasToken, isWatched }: { readonly hasToken: boolean; readonly isWatched: boolean },
  { places, services, commands }: Platform,
): string {
  const rest = [
    "",
    `Settings: ${places.settingsFile}; after a change:`,
    `  ${commands.asRoot(renderCommand(services.commands.reload))}`,
    "To remove everything:",
    `  ${commands.asRoot("hostsfile-server uninstall")}`,
  ];
  if (predecessor !== undefined) {
    const restart = "  kubectl -n external-dns rollout restart deployment external-dns";
    return lines(["", "Next, let ExternalDNS begin anew:", restart, ...rest]);
  }
  if (settings !== undefined) return "";
  if (isWatched) return lines(rest);
  const next = "Next, point ExternalDNS here, from the folder of your config.yaml:";
  const token = hasToken ? ["  It finds the token that ExternalDNS must show."] : [];
  return lines(["", next, "  dtk install-addon external-dns", ...token, ...rest]);
}

function lines(texts: readonly string[]): string {
  return `${texts.join("\n")}\n`;
}
