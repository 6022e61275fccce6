/** What a browser asks for: the page, its events, and the link that opens both where a token is set. */
import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { Hono } from "hono/tiny";
import { answerJSON } from "../../http/answer.ts";
import type { Advice } from "../../base/trouble.ts";
import type { HTTPEnvironment } from "../../http/environment.ts";
import type { StatusSignal } from "../status/status-signal.ts";
import { createEventStream, revisionOf } from "../status/event-stream.ts";
import type { Guard, Denial } from "../../http/guard.ts";
import { type Sessions, linkLife, sessionLife } from "../../http/sessions.ts";
import { type StatusOptions, buildStatus, shownNow } from "../status/report.ts";
import { paths } from "../../contract/paths.ts";

interface PageOptions extends StatusOptions {
  readonly guard: Guard;
  readonly changes: StatusSignal;
  readonly sessions: Sessions;
  readonly cookieName: () => string;
}

type PageContext = Context<HTTPEnvironment>;

/** The same for a visitor without a cookie, with an old one, or with a link that was used. */
const howToOpen: Advice = { hint: "To open the page, run on the desktop:", command: "hostsfile-server open" };

/** Makes the routes. */
export function pageRoutes(options: PageOptions): Hono<HTTPEnvironment> {
  const { guard, sessions, changes, cookieName, tokenRequired } = options;
  const app = new Hono<HTTPEnvironment>({ strict: false });
  app.get("/", async (context, next) => {
    if (context.req.header("accept")?.includes("text/html") !== true) return next();
    return showPage(context, options);
  });
  app.get(paths.events, guard.admit("detail"), createEventStream({ changes, status: () => buildStatus(options) }));
  app.post(paths.openPage, guard.admit("configuration"), (context) =>
    answerJSON(context, tokenRequired() ? { path: `/open/${sessions.makeLink()}`, seconds: linkLife } : { path: "/" }),
  );
  app.get("/open/:link", async (context) => {
    // Used up also when it is refused, since the log then has it.
    const secret = sessions.begin(context.req.param("link"));
    const refusal = guard.refuse(context, "word");
    if (refusal !== undefined) return showNotice(context, refusal);
    if (secret === undefined) {
      const message = `This link was used before, or is older than ${linkLife} seconds, or the server has started again since.`;
      return showNotice(context, { status: 401, message, ...howToOpen });
    }
    setCookie(context, cookieName(), secret, { path: "/", httpOnly: true, sameSite: "Strict", maxAge: sessionLife });
    context.header("cache-control", "no-store");
    context.header("referrer-policy", "no-referrer");
    return context.redirect("/", 303);
  });
  return app;
}

async function showPage(context: PageContext, options: PageOptions): Promise<Response> {
  const refusal = options.guard.refuse(context, "detail");
  if (refusal !== undefined) {
    return showNotice(context, { ...refusal, ...(refusal.status === 401 && howToOpen) });
  }
  const shown = shownNow(options.reconciler);
  const status = buildStatus(options, { shown });
  const filter = context.req.query("filter")?.trim().toLowerCase() ?? "";
  const filtered = filter === "" ? status : buildStatus(options, { filter, shown });
  const { renderPage } = await import("./page.ts");
  return answer(context, 200, await renderPage(filtered, { now: options.now(), filter, revision: revisionOf(status) }));
}

async function showNotice(
  context: PageContext,
  notice: Pick<Denial, "status" | "message" | "hint" | "command">,
): Promise<Response> {
  const { renderNotice } = await import("./page.ts");
  return answer(context, notice.status, await renderNotice(notice));
}

/** Loaded with the first page, since a server without a browser needs none of it. */
async function answer(context: PageContext, status: 200 | 401 | 403 | 503, page: string): Promise<Response> {
  const { pageHeaders } = await import("./document.ts");
  return context.html(page, status, pageHeaders);
}
