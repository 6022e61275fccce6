/** The names that are shown, each a link, as far as they fit; a filter finds the rest. */
import { html } from "hono/html";
import { counted } from "../../base/words.ts";
import type { Status } from "../../contract/status.ts";
import { shownBy } from "../../contract/shown-by.ts";
import { totalNames } from "./attention.ts";
import { renderAge } from "./age.ts";
import { type Markup, clip, enumerate, takeFitting } from "./markup.ts";

const sectionBytes = 28_000;
const maxRows = 100;

export interface NamesOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The text that the listed names were searched for, empty for all. */
  readonly filter: string;
}

/** Renders the table. */
export async function renderNames(status: Status, { now, filter }: NamesOptions): Promise<Markup> {
  const { list, total } = status.names;
  const rows = list.slice(0, maxRows).values();
  const columns = columnsOf(status, now);
  const { taken, count } = await takeFitting(
    rows.map((entry) => renderRow(entry, columns)),
    sectionBytes,
  );
  if (total === 0) return html`<p class="empty">${explainNone(status, filter)}</p>`;
  const found = filter === "" ? "" : ` of ${counted(totalNames(status), "name")}, found by “${clip(filter)}”`;
  return html`<table role="table">
      <caption>
        ${counted(total, "name")}${found}
      </caption>
      <thead role="rowgroup">
        <tr role="row">
          ${["Name", ...columns.map(({ title }) => title)].map((title) => html`<th scope="col" role="columnheader">${title}</th>`)}
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

type Name = Status["names"]["list"][number];

interface Column {
  readonly title: string;
  readonly render: (name: Name) => Markup | string;
}

/** The columns beside the name. Which sinks show it is said where there are several. */
function columnsOf(status: Status, now: number): readonly Column[] {
  const sinks: Column = { title: "Shown by", render: (name) => enumerate(shownBy(status, name) ?? []) };
  return [
    { title: "Address", render: renderData },
    { title: "Cluster", render: ({ cluster, team }) => (team === undefined ? cluster : `team ${team}`) },
    { title: "From", render: ({ resource }) => clip(resource ?? "") },
    { title: "Since", render: ({ since }) => (since === null ? "" : renderAge(since, now)) },
    ...(status.sinks.length > 1 ? [sinks] : []),
  ];
}

/** The addresses, and the types of the records beside them. */
function renderData({ addresses, records = [] }: Name): string {
  return enumerate([...addresses, ...records.map(({ type }) => type)]);
}

function renderRow(name: Name, columns: readonly Column[]): Markup {
  return html`<tr role="row">
    <th scope="row" role="rowheader">${renderName(name)}</th>
    ${columns.map(({ render }) => html`<td role="cell">${render(name)}</td> `)}
  </tr> `;
}

/** A name without an address leads to no page. Of a wildcard, a name that it covers does. */
function renderName({ name, addresses }: Name): Markup | string {
  if (addresses.length === 0) return name;
  if (!name.startsWith("*.")) return html`<a href="http://${name}/">${name}</a>`;
  const example = `example${name.slice(1)}`;
  return html`${name}, as <a href="http://${example}/">${example}</a>`;
}

function explainNone(status: Status, filter: string): string {
  if (filter !== "") return `No name of ${counted(totalNames(status), "name")} has “${clip(filter)}” in it.`;
  return "No name is shown yet. Create an Ingress with a host in a managed domain, and it appears here.";
}
