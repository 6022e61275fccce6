/** The text of a new config.yaml: the guide's values, and everything else as comments that say what holds without it. */
import { type Entry, entries } from "./entry.ts";

const width = 96;

/** Renders a config.yaml that works as it is on most desktops. */
export function renderNewFile(): string {
  const dns = Object.values(entries).filter(({ path }) => path[0] === "dns");
  return `# The configuration of dtk. What is behind a # may be left out.
addons:
  # Where dns.feed is external-dns, enable it.
  - name: external-dns
    enabled: false
dns:
${dns.map(renderEntry).join("")}
# Desktop Kubernetes writes these for the clusters that it makes; for others leave them out.
${outside.join("\n")}
`;
}

function renderEntry(entry: Entry): string {
  const { path, sample, isExtra, doc, whenAbsent, isRequired } = entry;
  const words = isRequired ? doc : `${doc} Without it: ${whenAbsent}.`;
  const line = `${isExtra ? "# " : ""}${path.at(-1)}: ${sample}`.trimEnd();
  return [...wrap(words).map((text) => `# ${text}`), line].map((text) => `  ${text}\n`).join("");
}

const outside = [
  `# virt: ${entries.virtualization.sample}`,
  "# vms:",
  `#   - name: ${entries.firstVM.sample}`,
  "# cluster:",
  `#   admin-kubeconfig: ${entries.kubeconfig.sample}`,
];

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
