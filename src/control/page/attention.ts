/** What needs attention, each with the command that repairs it: what a person must see first. */
import { html } from "hono/html";
import { counted } from "../../base/words.ts";
import { type Advice, hintOf } from "../../base/trouble.ts";
import { sortAttention } from "../../contract/attention.ts";
import type { Status } from "../../contract/status.ts";
import { type Markup, clip, takeFitting } from "./markup.ts";

const sectionBytes = 7000;

/** Renders the section; nothing when there is nothing to say. */
export async function renderAttention({ attention }: Status): Promise<Markup | undefined> {
  if (attention.length === 0) return undefined;
  const { needed } = sortAttention(attention);
  const { taken, count } = await takeFitting(attention.values().map(renderTrouble), sectionBytes);
  const more = attention.length - count;
  return html`<h2 id="attention-title">${needed.length > 0 ? "Needs attention" : "Worth knowing"}</h2>
    <ul class="troubles">
      ${taken}
    </ul>
    ${more > 0 && html`<p class="more">And ${more} more; <code>hostsfile-server status</code> has them.</p>`}`;
}

function renderTrouble({ code, message, ...advice }: Status["attention"][number]): Markup {
  return html`<li>
    <p>${clip(message)} <span class="code">${code}</span></p>
    <p class="hint">${renderAdvice(advice)}</p>
  </li>`;
}

/** Renders what to do, with the command set apart. */
export function renderAdvice(advice: Advice): Markup {
  const [hint, command] = [hintOf(advice), advice.command];
  return command === undefined ? html`${clip(hint)}` : html`${clip(hint)} <code>${clip(command)}</code>`;
}

/** Says in a few words whether all is well. */
export function summarize(status: Status): string {
  const names = counted(totalNames(status), "name");
  const { length } = sortAttention(status.attention).needed;
  if (length > 0) return `${names} shown. ${counted(length, "thing")} ${length === 1 ? "needs" : "need"} attention.`;
  return status.server.ready ? `${names} shown. All is well.` : `${names} shown. Not ready yet.`;
}

/** Names shown, whatever of them is listed. */
export function totalNames({ clusters, names }: Status): number {
  return Math.max(
    names.total,
    clusters.reduce((sum, { shown }) => sum + shown, 0),
  );
}
