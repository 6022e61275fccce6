/** What a cluster has and no sink shows, and the names that the user's own lines keep; with the reason for each. */
import { html } from "hono/html";
import { formatCount } from "../../base/words.ts";
import type { Status } from "../../contract/status.ts";
import { type Markup, clip, takeFitting } from "./markup.ts";

const sectionBytes = 6500;

/** Renders the section; nothing when everything is shown. */
export async function renderExceptions(status: Status): Promise<Markup | undefined> {
  const { notShown, leftOut, sinks } = status;
  const total = notShown.total + leftOut.total + sinks.reduce((sum, sink) => sum + sink.conflicts.total, 0);
  if (total === 0) return undefined;
  const sentences = [
    ...sinks.flatMap((sink) =>
      sink.conflicts.list.map(({ name, line, text }) => ({
        sentence: `${name} is yours: your own line ${line} has it: ${text.trim()}`,
        place: sink.name,
      })),
    ),
    ...[...notShown.list, ...leftOut.list].map(({ sentence, cluster: place }) => ({ sentence, place })),
  ];
  const { taken, count } = await takeFitting(sentences.values().map(renderItem), sectionBytes);
  return html`<h2 id="exceptions-title">Not shown</h2>
    <ul class="exceptions">
      ${taken}
    </ul>
    ${total > count && html`<p class="more">And ${formatCount(total - count)} more; <code>hostsfile-server status --json</code> has the first hundred of each kind.</p>`}`;
}

/** @param item - `place` is the cluster or the sink that it is about */
function renderItem({ sentence, place }: { readonly sentence: string; readonly place: string }): Markup {
  return html`<li>${clip(sentence)} <span class="code">${place}</span></li> `;
}
