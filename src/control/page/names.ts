/** The names that are shown, each a link, as far as they fit; a filter finds the rest. */
import { html } from "hono/html";
import { counted } from "../../base/words.ts";
import type { Status } from "../../contract/status.ts";
import { totalNames } from "./attention.ts";
import { renderAge } from "./age.ts";
import { type Markup, clip, enumerate, takeFitting } from "./markup.ts";

/** Bytes. */
const room = 28_000;
const mostRows = 100;

export interface NamesOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The text that the listed names were searched for, empty for all. */
  readonly filter: string;
}

/** Renders the table. */
export async function renderNames(status: Status, { now, filter }: NamesOptions): Promise<Markup> {
  const { list, total } = status.names;
  const rows = list.slice(0, mostRows).values();
  const { taken, count } = await takeFitting(
    rows.map((entry) => renderRow(entry, now)),
    room,
  );
  if (total === 0) return html`<p class="empty">${explainNone(status, filter)}</p>`;
  const found = filter === "" ? "" : ` of ${counted(totalNames(status), "name")}, found by “${clip(filter)}”`;
  return html`<table role="table">
      <caption>
        ${counted(total, "name")}${found}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${["Name", "Address", "Cluster", "From", "Since"].map((title) => html`<th scope="col" role="columnheader">${title}</th>`)}
        </tr>
      </thead>
      <tbody role="rowgroup">
        ${taken}
      </tbody>
    </table>
    ${
      total > count &&
      html`<p class="more">
        And ${counted(total - count, "more name")}; a filter finds them<noscript
          >: add <code>?filter=TEXT</code> to the address of this page</noscript
        >.
      </p>`
    }`;
}

function renderRow(
  { name, addresses, cluster, resource, since }: Status["names"]["list"][number],
  now: number,
): Markup {
  const age = since === null ? "" : renderAge(since, now);
  return html`<tr role="row">
    <th scope="row" role="rowheader"><a href="http://${name}/">${name}</a></th>
    <td role="cell">${enumerate(addresses)}</td>
    <td role="cell">${cluster}</td>
    <td role="cell">${clip(resource ?? "")}</td>
    <td role="cell">${age}</td>
  </tr> `;
}

function explainNone(status: Status, filter: string): string {
  if (filter !== "") return `No name of ${counted(totalNames(status), "name")} has “${clip(filter)}” in it.`;
  return "No name is shown yet. Create an Ingress with a host in a managed domain, and it appears here.";
}
