/** The page at `GET /` for a browser: the names, what is not shown and why, and how each part is; all of it of the status. */
import type { Trouble } from "../../base/trouble.ts";
import { html } from "hono/html";
import { sortAttention } from "../../contract/attention.ts";
import type { Status } from "../../contract/status.ts";
import { renderAdvice, renderAttention, summarize } from "./attention.ts";
import { renderHTML } from "./document.ts";
import { renderExceptions } from "./exceptions.ts";
import { clip } from "./markup.ts";
import { type NamesOptions, renderNames } from "./names.ts";
import { renderParts } from "./parts.ts";

/**
 * Renders the page.
 *
 * @param status - with the names that the filter found
 * @param options - the filter, the time, and the status's revision for the script
 */
export async function renderPage(
  status: Status,
  options: NamesOptions & { readonly revision: string },
): Promise<string> {
  const { attention } = status;
  const [attentionPart, names, exceptions, parts] = await Promise.all([
    renderAttention(status),
    renderNames(status, options),
    renderExceptions(status),
    renderParts(status, options.now),
  ]);
  const body = html`<header>
      <h1>hostsfile-server</h1>
      <p id="summary" role="status" data-live>${summarize(status)}</p>
      <p id="live" role="status"></p>
    </header>
    <main>
      <section id="attention" aria-labelledby="attention-title" data-live>${attentionPart}</section>
      <section aria-labelledby="names-title">
        <div class="title">
          <h2 id="names-title">Names</h2>
          <p id="find" hidden>
            <label for="filter">Filter</label>
            <input id="filter" type="search" autocomplete="off" spellcheck="false" value="${options.filter}" />
          </p>
        </div>
        <div id="names" data-live>${names}</div>
      </section>
      <section id="exceptions" aria-labelledby="exceptions-title" data-live>${exceptions}</section>
      <section aria-labelledby="parts-title">
        <h2 id="parts-title">Parts</h2>
        <div id="parts" data-live>${parts}</div>
      </section>
    </main>
    <footer>
      <p>The same as JSON: <a href="/status">/status</a>. In a terminal: <code>hostsfile-server status</code></p>
    </footer>`;
  const { length } = sortAttention(attention).needed;
  const title = `${length > 0 ? `(${length}) ` : ""}hostsfile-server`;
  return renderHTML({ title, body, revision: options.revision });
}

/** Renders the page with one message for visitors who may not see the status. */
export async function renderNotice({ message, ...advice }: Omit<Trouble, "code">): Promise<string> {
  const body = html`<header><h1>hostsfile-server</h1></header>
    <main>
      <section>
        <p>${clip(message)}</p>
        <p class="hint">${renderAdvice(advice)}</p>
      </section>
    </main>`;
  return renderHTML({ title: "hostsfile-server", body });
}
