/** What the page does in a browser with JavaScript: it follows the server's events, and asks for the names that are looked for. */

/** Every part of the page that may change carries `data-live`; each is replaced by what the server renders, never made here. */
export const script = `
const get = (id) => document.getElementById(id);
const live = get("live"), filter = get("filter");
let source, isBusy = false, isAgain = false, typing;

async function refresh(isSearch) {
  if (isBusy) return void (isAgain = true);
  isBusy = true;
  try {
    const query = filter.value === "" ? "" : "?filter=" + encodeURIComponent(filter.value);
    const answer = await fetch("/" + query, { headers: { accept: "text/html" } });
    if (answer.status === 401) return location.reload();
    if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"), isSearch);
  } catch {
    // The server is away; the event stream says so, and tries again.
  } finally {
    isBusy = false;
    if (isAgain) { isAgain = false; refresh(isSearch); }
  }
}

function show(page, isSearch) {
  const links = () => [...document.querySelectorAll("tbody a")];
  const known = new Set(links().map((link) => link.href));
  const focused = document.activeElement?.href;
  document.body.dataset.revision = page.body.dataset.revision;
  document.title = page.title;
  for (const part of document.querySelectorAll("[data-live]")) {
    const next = page.getElementById(part.id);
    if (next && next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
  }
  for (const link of links()) {
    if (!isSearch && !known.has(link.href)) link.closest("tr").className = "fresh";
    if (focused === link.href) link.focus({ preventScroll: true });
  }
}

function say(text, isLost) {
  live.textContent = text;
  live.className = isLost ? "lost" : "";
}

function follow() {
  source?.close();
  if (document.hidden) return;
  const events = (source = new EventSource("/events"));
  events.onopen = () => say("Live");
  events.onerror = () => {
    say("No connection; trying again", true);
    if (events.readyState === EventSource.CLOSED) setTimeout(again, 5000, events);
  };
  events.addEventListener("status", (event) => {
    if (event.lastEventId !== document.body.dataset.revision) refresh();
  });
}

// Refused, and not for want of a connection, which a browser retries automatically.
function again(refused) {
  if (refused !== source) return;
  refresh();
  follow();
}

get("find").hidden = false;
filter.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(refresh, 150, true);
});
// A browser opens six connections to a server, so a tab that nobody sees gives up its own.
document.addEventListener("visibilitychange", follow);
setInterval(() => document.hidden || refresh(), 60000);
follow();
`;
