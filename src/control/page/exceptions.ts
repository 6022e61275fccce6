/** What the cluster has and the hosts file does not, with the reason for each. */
import { html } from "hono/html";
import { formatCount } from "../../base/words.ts";
import type { Status } from "../../contract/status.ts";
import { type Markup, clip, takeFitting } from "./markup.ts";

/** Bytes. */
const room = 6500;

/** Renders the section; nothing when everything is shown. */
export async function renderExceptions(status: Status): Promise<Markup | undefined> {
  const { notShown, leftOut, sinks } = status;
  const conflicts = sinks.flatMap((sink) => sink.conflicts.list);
  const total = notShown.total + leftOut.total + sinks.reduce((sum, sink) => sum + sink.conflicts.total, 0);
  if (total === 0) return undefined;
  const sentences = [
    ...conflicts.map(({ name, line, text }) => ({
      sentence: `${name} is yours: your own line ${line} has it: ${text.trim()}`,
      cluster: "hosts file",
    })),
    ...notShown.list,
    ...leftOut.list,
  ];
  const { taken, count } = await takeFitting(sentences.values().map(renderItem), room);
  return html`<h2 id="exceptions-title">Not shown</h2>
    <ul class="exceptions">
      ${taken}
    </ul>
    ${total > count && html`<p class="more">And ${formatCount(total - count)} more; <code>hostsfile-server status --json</code> has the first hundred of each kind.</p>`}`;
}

function renderItem({ sentence, cluster }: { readonly sentence: string; readonly cluster: string }): Markup {
  return html`<li>${clip(sentence)} <span class="code">${cluster}</span></li> `;
}
