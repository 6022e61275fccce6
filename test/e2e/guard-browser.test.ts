/** Pages in a real browser cannot drive or read the server: forms, fetches, other ports of this machine, and DNS rebinding. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Desktop, openDesktop, userLines } from "../cluster/desktop.ts";
import { type Server, clusterIP, startServer } from "../cluster/server.ts";
import { missingChromium, openChromium } from "../support/chromium.ts";

const create = '{"create":[{"dnsName":"evil.dtk.io","targets":["evil.dtk.io"],"recordType":"CNAME"}]}';

/** What a page can try without a preflight, and with one. */
const attempts = [
  { method: "POST", path: "/domains", body: "evil.io" },
  { method: "POST", path: "/clusterip", body: "203.0.113.66" },
  { method: "POST", path: "/targets", body: "record" },
  { method: "POST", path: "/clusters/evil/domains", body: "evil.io" },
  { method: "POST", path: "/records", body: create },
  { method: "POST", path: "/adjustendpoints", body: "[]" },
  { method: "DELETE", path: "/domains/dtk.io", body: undefined },
  { method: "DELETE", path: "/clusters/default", body: undefined },
] as const;

const secrets = ["/", "/records", "/domains", "/clusterip", "/status"];

const needs = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium !== undefined)(`in Chromium${needs}`, () => {
  const stack = new AsyncDisposableStack();
  let [desktop, server, browser, attacker]: [Desktop?, Server?, Browser?, string?] = [];

  beforeAll(async () => {
    desktop = stack.use(await openDesktop());
    server = stack.use(await startServer({ desktop }));
    const opened = await openChromium("MAP evil.example 127.0.0.1, MAP desktop.internal 127.0.0.1");
    browser = stack.adopt(opened, (each) => each.close());
    attacker = await serveBlankPage(stack);
  });

  afterAll(() => stack.disposeAsync());

  function parts(): { desktop: Desktop; server: Server; browser: Browser; attacker: string } {
    if (!desktop || !server || !browser || !attacker) throw new Error("the set-up failed");
    return { desktop, server, browser, attacker };
  }

  /** Nothing that was tried may have left a trace, be it in the settings, the records or the hosts file. */
  async function expectUntouched(): Promise<void> {
    const {
      desktop: { hosts },
      server: { request },
    } = parts();
    expect((await request("GET", "/domains")).body).toBe('["dtk.io","mydomain.io"]');
    expect((await request("GET", "/clusterip")).body).toBe(JSON.stringify(clusterIP));
    expect((await request("GET", "/targets")).body).toBe('"cluster"');
    expect((await request("GET", "/records")).body).toBe("[]");
    expect((await request("GET", "/clusters/evil/domains")).status).toBe(404);
    expect(await hosts()).toBe(userLines);
  }

  test.each(["127.0.0.1", "localhost", "evil.example"])(
    "a page of another port, opened as %s, can neither post nor read",
    async (name) => {
      const {
        server: { port, log },
        browser: opened,
        attacker: blank,
      } = parts();
      await using page = await openPage(opened, blank.replace("127.0.0.1", name));
      for (const host of ["127.0.0.1", "localhost"]) {
        for (const attempt of attempts)
          await fetchAs(page, { url: `http://${host}:${port}${attempt.path}`, ...attempt });
        for (const path of secrets)
          expect(await fetchAs(page, { url: `http://${host}:${port}${path}` })).toBe("blocked");
        const form = await postForm(page, `http://${host}:${port}/domains`);
        expect(form).toMatch(/^403 .*a web page sent the request/);
        await page.goto(blank.replace("127.0.0.1", name));
      }
      for (const request of ["POST /domains", "POST /records", "GET /domains", "GET /status"]) {
        expect(log()).toContain(`${request}: a web page sent the request`);
      }
      await expectUntouched();
    },
  );

  test("after DNS rebinding a page of the very same origin can neither post nor read", async () => {
    const {
      server: { port, log },
      browser: opened,
    } = parts();
    const origin = `http://evil.example:${port}`;
    await using page = await openRebound(opened, origin);
    for (const attempt of attempts) {
      expect(await fetchAs(page, { url: origin + attempt.path, ...attempt })).toMatch(/^(?:403|503) /);
    }
    for (const path of secrets) expect(await fetchAs(page, { url: origin + path })).toMatch(/^(?:403|503) .*rebinding/);
    expect(await postForm(page, `${origin}/domains`)).toMatch(/^403 /);
    expect(log()).toMatch(/may not call GET \/status as .*evil\.example:[0-9]+.*: this is not a name of this machine/);
    await expectUntouched();
  });

  test("a page of the server's own origin may read, so the others were stopped by the server and not by chance", async () => {
    const {
      server: { port },
      browser: opened,
    } = parts();
    for (const host of ["localhost", "127.0.0.1", "desktop.internal"]) {
      const origin = `http://${host}:${port}`;
      await using page = await openRebound(opened, origin);
      expect(await fetchAs(page, { url: `${origin}/status` })).toMatch(/^200 /);
      expect(await fetchAs(page, { url: `${origin}/domains`, method: "POST", body: "evil.io" })).toMatch(/^403 /);
    }
    await expectUntouched();
  });

  test("the user may open the address in a tab", async () => {
    const {
      server: { port },
      browser: opened,
    } = parts();
    await using page = await openPage(opened, `http://localhost:${port}/`);
    expect(await page.textContent("h1")).toBe("hostsfile-server");
  });
});

async function serveBlankPage(stack: AsyncDisposableStack): Promise<string> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html").end("<title>attacker</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stack.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return `http://127.0.0.1:${port}/`;
}

type OpenPage = Page & AsyncDisposable;

async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const page = await browser.newPage();
  await page.goto(url);
  return Object.assign(page, { [Symbol.asyncDispose]: () => page.close() });
}

/** The page itself comes from elsewhere, as it did before the name was rebound; all else goes to the real server. */
async function openRebound(browser: Browser, origin: string): Promise<OpenPage> {
  const page = await browser.newPage();
  await page.route(`${origin}/page`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>page</title>" }),
  );
  await page.goto(`${origin}/page`);
  return Object.assign(page, { [Symbol.asyncDispose]: () => page.close() });
}

interface Attempt {
  readonly url: string;
  readonly method?: string;
  readonly body?: string | undefined;
}

/** Fetches in the page: status and text, or `blocked` when the page may not see the answer. */
async function fetchAs(page: Page, attempt: Attempt): Promise<string> {
  return page.evaluate(async ({ url, method = "GET", body }) => {
    const send = async (mode: "cors" | "no-cors"): Promise<string> => {
      const response = await fetch(url, body === undefined ? { method, mode } : { method, mode, body });
      return response.type === "opaque" ? "blocked" : `${response.status} ${await response.text()}`;
    };
    // A page that wants to write does not need the answer, so it tries without asking, too.
    const blind = method === "DELETE" ? "blocked" : await send("no-cors").catch(() => "blocked");
    return send("cors").catch(() => blind);
  }, attempt);
}

/** Sends a form whose body is as near to raw text as a form can get, and tells where that led. */
async function postForm(page: Page, url: string): Promise<string> {
  const fields = '<input name="evil.io," value=""><button>Win a prize</button>';
  await page.setContent(`<form method="post" enctype="text/plain" action="${url}">${fields}</form>`);
  const answered = page.waitForResponse((response) => response.url() === url);
  await page.click("button");
  const response = await answered;
  return `${response.status()} ${await response.text()}`;
}
