/** The page in a real browser: live and without JavaScript, light and dark, by keyboard and to a screen reader, and closed to all others. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Desktop, openDesktop } from "../cluster/desktop.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { type Server, runCommand, startServer } from "../cluster/server.ts";
import { missingChromium, openChromium } from "../support/chromium.ts";
import { postRecords } from "../support/http.ts";

/** Bytes that the first request may have (issue 6). */
const maxBytes = 60_000;

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

function endpoint(dnsName: string, resource = "ingress/default/test"): object {
  return { dnsName, targets: [dnsName], recordType: "CNAME", labels: { resource } };
}

/** A page with everything that it asked for and everything that its policy stopped. */
interface Tab extends AsyncDisposable {
  readonly page: Page;
  /** Every request, by URL. */
  readonly requests: readonly string[];
  /** Violations of the policy, errors and dialogs. */
  readonly complaints: readonly string[];
}

async function openTab(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Tab> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const [requests, complaints]: [string[], string[]] = [[], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(dialog.message());
    void dialog.dismiss();
  });
  await page.goto(url);
  return { page, requests, complaints, [Symbol.asyncDispose]: () => context.close() };
}

async function untilLive(page: Page): Promise<void> {
  await page.getByText("Live", { exact: true }).waitFor();
}

function rowOf(page: Page, name: string) {
  return page.getByRole("row", { name });
}

const needs = missingChromium === undefined ? "" : ` (${missingChromium})`;

describe.skipIf(missingChromium !== undefined)(`in Chromium${needs}`, () => {
  const stack = new AsyncDisposableStack();
  let [desktop, server, browser]: [Desktop?, Server?, Browser?] = [];

  beforeAll(async () => {
    desktop = stack.use(await openDesktop());
    // Without the responder, nobody shows the wildcard.
    const flags = ["--cluster-ip=192.168.122.167", "--domains=dtk.io,mydomain.io", "--dns=off"];
    server = stack.use(await startServer({ desktop, flags }));
    // Whatever is not on this machine cannot be found.
    const opened = await openChromium("MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1");
    browser = stack.adopt(opened, (each) => each.close());
    const create = [endpoint("foo.dtk.io"), endpoint("*.dtk.io"), endpoint("bar.mydomain.io", "httproute/shop/web")];
    await postRecords(server.url, { create });
  });

  afterAll(() => stack.disposeAsync());

  function parts(): { desktop: Desktop; server: Server; browser: Browser; url: string } {
    if (!desktop || !server || !browser) throw new Error("the set-up failed");
    return { desktop, server, browser, url: `http://localhost:${server.port}/` };
  }

  test("one request of at most 60 kB paints it, and the rest goes to the server itself", async () => {
    const { browser: opened, url } = parts();
    await using still = await openTab(opened, url, { javaScriptEnabled: false });
    await still.page.getByRole("link", { name: "foo.dtk.io" }).waitFor();
    expect(still.requests).toEqual([url]);
    await using tab = await openTab(opened, url);
    await untilLive(tab.page);
    expect(tab.requests).toEqual([url, `${url}events`]);
    expect(tab.complaints).toEqual([]);
    // A busy machine paints a little after what is painted is there.
    const paints = async (): Promise<unknown> =>
      tab.page.evaluate("performance.getEntriesByName('first-contentful-paint').length");
    await expect.poll(paints).toBe(1);
    const size = await tab.page.evaluate("performance.getEntriesByType('navigation')[0].transferSize");
    expect(size).toBeLessThanOrEqual(maxBytes);
  });

  test("a record that is posted appears and goes without a reload, and focus and filter stay", async () => {
    const {
      browser: opened,
      url,
      server: { url: hook },
    } = parts();
    await using tab = await openTab(opened, url);
    const { page } = tab;
    await untilLive(page);
    await page.getByRole("link", { name: "foo.dtk.io" }).focus();
    await page.evaluate("window.isTheSame = true");
    await postRecords(hook, { create: [endpoint("a-new.dtk.io", "ingress/new/web")] });
    await rowOf(page, "a-new.dtk.io").waitFor();
    expect(await rowOf(page, "a-new.dtk.io").textContent()).toMatch(/192\.168\.122\.167\s+default\s+ingress\/new\/web/);
    expect(await rowOf(page, "a-new.dtk.io").getAttribute("class")).toBe("fresh");
    expect(await page.getByRole("status").first().textContent()).toContain("3 names shown");
    expect(await page.evaluate("document.activeElement.href")).toBe("http://foo.dtk.io/");
    await page.getByRole("searchbox", { name: "Filter" }).fill("new");
    await rowOf(page, "foo.dtk.io").waitFor({ state: "detached" });
    await postRecords(hook, { delete: [endpoint("a-new.dtk.io", "ingress/new/web")] });
    await page.getByText("No name of 2 names has “new” in it.").waitFor();
    await page.getByRole("searchbox", { name: "Filter" }).fill("");
    await rowOf(page, "foo.dtk.io").waitFor();
    expect(await page.evaluate("window.isTheSame")).toBe(true);
    expect(tab.complaints).toEqual([]);
  });

  test("without JavaScript it says the same, and offers nothing that would not work", async () => {
    const { browser: opened, url } = parts();
    await using tab = await openTab(opened, url, { javaScriptEnabled: false });
    const { page } = tab;
    expect(await page.getByRole("row").count()).toBe(3);
    expect(await page.textContent("#exceptions")).toContain("*.dtk.io is not in the hosts file");
    expect(await page.getByRole("searchbox").count()).toBe(0);
    expect(await page.textContent("#live")).toBe("");
    expect(tab.complaints).toEqual([]);
  });

  test("is light or dark as the system has it", async () => {
    const { browser: opened, url } = parts();
    const paper = async (colorScheme: "light" | "dark"): Promise<unknown> => {
      await using tab = await openTab(opened, url, { colorScheme });
      return await tab.page.evaluate("getComputedStyle(document.body).backgroundColor");
    };
    expect(await paper("light")).toBe("rgb(251, 251, 250)");
    expect(await paper("dark")).toBe("rgb(20, 23, 27)");
  });

  test.each([1280, 375])(
    "at %i pixels, light and dark, axe finds nothing to complain of, and nothing sticks out",
    async (width) => {
      const { browser: opened, url } = parts();
      for (const colorScheme of ["light", "dark"] as const) {
        await using tab = await openTab(opened, url, { colorScheme, viewport: { width, height: 800 } });
        await untilLive(tab.page);
        await tab.page.evaluate(axeSource);
        expect(
          await tab.page.evaluate(
            "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`))",
          ),
        ).toEqual([]);
        expect(await tab.page.evaluate("document.documentElement.scrollWidth")).toBe(width);
      }
    },
  );

  test.each([1280, 375])("at %i pixels a screen reader hears landmarks, headings and a table", async (width) => {
    const { browser: opened, url } = parts();
    await using tab = await openTab(opened, url, { viewport: { width, height: 800 } });
    await untilLive(tab.page);
    const heard = await tab.page.locator("body").ariaSnapshot();
    for (const part of [
      /^- banner:\n {2}- heading "hostsfile-server" \[level=1\]\n {2}- status: 2 names shown\. .+\n {2}- status: Live/m,
      /^- main:\n {2}- region "Names":/m,
      /- heading "Names" \[level=2\]/,
      /- searchbox "Filter"/,
      /- table "2 names":\n\s+- caption: 2 names\n\s+- rowgroup:\n\s+- row "Name Address Cluster From Since"/,
      /- rowheader "foo\.dtk\.io":\n\s+- link "foo\.dtk\.io":/,
      /- cell "ingress\/default\/test"/,
      /- region "Not shown":/,
      /- region "Parts":/,
      /- heading "Cluster default (?:called|has never called).*" \[level=3\]/,
      /^- contentinfo:/m,
    ]) {
      expect(heard).toMatch(part);
    }
  });

  test("goes by keyboard alone: filter, names, the rest, each with a ring around it", async () => {
    const { browser: opened, url } = parts();
    await using tab = await openTab(opened, url);
    await untilLive(tab.page);
    const visited: unknown[] = [];
    for (let step = 0; step < 4; step++) {
      await tab.page.keyboard.press("Tab");
      visited.push(await tab.page.evaluate("document.activeElement.href ?? document.activeElement.id"));
      expect(await tab.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    }
    expect(visited).toEqual(["filter", "http://bar.mydomain.io/", "http://foo.dtk.io/", `${url}status`]);
  });

  test("what a cluster names its resources is text and nothing else", async () => {
    const {
      browser: opened,
      url,
      server: { url: hook },
    } = parts();
    const hostile = endpoint("evil.dtk.io", `<img src=x onerror=alert(1)>"'</td><script>alert(2)</script>`);
    await using tab = await openTab(opened, url);
    await untilLive(tab.page);
    await postRecords(hook, { create: [hostile] });
    await rowOf(tab.page, "evil.dtk.io").waitFor();
    expect(await rowOf(tab.page, "evil.dtk.io").textContent()).toContain("<img src=x onerror=alert(1)>");
    await tab.page.reload();
    await rowOf(tab.page, "evil.dtk.io").waitFor();
    expect(await tab.page.locator("img, td script, tbody script").count()).toBe(0);
    expect(tab.complaints).toEqual([]);
    await postRecords(hook, { delete: [hostile] });
  });

  test("its policy stops scripts, styles, pictures and requests that are not its own", async () => {
    const { browser: opened, url } = parts();
    await using stranger = await openStranger();
    await using tab = await openTab(opened, url);
    await untilLive(tab.page);
    await tab.page.evaluate(`(() => {
      const add = (name, more) => document.body.append(Object.assign(document.createElement(name), more));
      add("script", { textContent: "window.isBroken = true" });
      add("style", { textContent: "body { display: none }" });
      add("img", { src: "${stranger.origin}/x" });
      add("iframe", { src: "${stranger.origin}/y" });
      add("form", { action: "${stranger.origin}/z", method: "post" });
      document.querySelector("form").submit();
      document.body.setAttribute("onclick", "window.isBroken = true");
      document.body.click();
      return fetch("${stranger.origin}/w").catch(() => {});
    })()`);
    expect(await tab.page.evaluate("'isBroken' in window")).toBe(false);
    expect(await tab.page.evaluate("getComputedStyle(document.body).display")).toBe("block");
    expect(stranger.visits()).toBe(0);
    const stopped = tab.complaints.join("\n");
    for (const directive of [
      "script-src",
      "style-src",
      "img-src",
      "default-src 'none'",
      "form-action",
      "connect-src",
    ]) {
      expect(stopped).toContain(directive);
    }
  });

  test("nobody can put it into a frame", async () => {
    const { browser: opened, url } = parts();
    await using tab = await openTab(opened, `data:text/html,<iframe src="${url}"></iframe>`);
    const frame = tab.page.frames()[1];
    await eventually(() => expect(frame?.url()).not.toBe(""));
    expect(await frame?.textContent("body")).not.toMatch(/hostsfile-server|may not call/);
  });

  test("with 10,000 names it is as small, says how many more there are, and the filter finds each", async () => {
    const { browser: opened } = parts();
    await using many = await openDesktop();
    await using big = await startServer({ desktop: many });
    const create = Array.from({ length: 10_000 }, (_, index) => endpoint(`n${index + 10_000}.dtk.io`));
    expect((await postRecords(big.url, { create })).status).toBe(204);
    await using tab = await openTab(opened, `http://localhost:${big.port}/`);
    await untilLive(tab.page);
    const size = await tab.page.evaluate("performance.getEntriesByType('navigation')[0].transferSize");
    expect(size).toBeLessThanOrEqual(maxBytes);
    expect(await tab.page.textContent("#names")).toMatch(/And 9,9\d\d more names; a filter finds them/);
    await tab.page.getByRole("searchbox", { name: "Filter" }).fill("n19999");
    await rowOf(tab.page, "n19999.dtk.io").waitFor();
    expect(await tab.page.getByRole("caption").textContent()).toMatch(/1 name of 10,000 names, found by “n19999”/);
  });

  test("a server that goes is missed, and found again when it comes", async () => {
    const { browser: opened } = parts();
    await using other = await openDesktop();
    const port = await freePort();
    const flags = ["--cluster-ip=192.168.122.167", "--domains=dtk.io"];
    await using tab = await (async () => {
      await using first = await startServer({ desktop: other, port, flags });
      await postRecords(first.url, { create: [endpoint("foo.dtk.io")] });
      const opening = await openTab(opened, `http://localhost:${port}/`);
      await untilLive(opening.page);
      return opening;
    })();
    await tab.page.getByText("No connection; trying again").waitFor();
    expect(await rowOf(tab.page, "foo.dtk.io").count()).toBe(1);
    await using second = await startServer({ desktop: other, port, flags });
    await untilLive(tab.page);
    await postRecords(second.url, { create: [endpoint("bar.dtk.io")] });
    await rowOf(tab.page, "bar.dtk.io").waitFor();
  });

  test("where a token is set, a link that works once leads to a cookie that reads, and a restart ends it", async () => {
    const { browser: opened } = parts();
    await using closed = await openDesktop();
    const tokenFile = join(closed.stateFolder, "..", "token");
    await writeFile(tokenFile, "an-admin-token-long-enough", { mode: 0o600 });
    const port = await freePort();
    const url = `http://localhost:${port}/`;
    const start = (): Promise<Server> =>
      startServer({
        desktop: closed,
        port,
        until: "answering",
        flags: ["--domains=dtk.io", `--token-file=${tokenFile}`],
      });
    const askedToOpen = (page: Page): Promise<void> => page.getByText("To open the page, run on the desktop").waitFor();
    await using first = await start();
    await using tab = await openTab(opened, url);
    await askedToOpen(tab.page);
    const place = [`--port=${port}`, `--token-file=${tokenFile}`];
    const link = (await runCommand(closed, "open", "--print", ...place)).trim();
    await tab.page.goto(link);
    expect(tab.page.url()).toBe(url);
    await untilLive(tab.page);
    const cookie = { name: `hostsfile-server-${port}`, httpOnly: true, sameSite: "Strict", secure: false, path: "/" };
    expect(await tab.page.context().cookies()).toEqual([expect.objectContaining(cookie)]);
    expect(await tab.page.evaluate("document.cookie")).toBe("");
    expect(await readAs(tab.page, `${url}status`)).toBe(200);
    expect(await readAs(tab.page, `${url}domains`)).toBe(401);
    await expectOtherPortShutOut(tab.page, url);
    expect(first.log()).toContain("GET /status: a web page sent the request");
    await tab.page.goto(link);
    await tab.page.getByText("This link was used before").waitFor();
    await tab.page.goto(url);
    await untilLive(tab.page);
    await first.stop();
    await using _second = await start();
    await askedToOpen(tab.page);
  });
});

/** The status code that a request of the page is answered with. */
async function readAs(page: Page, url: string): Promise<unknown> {
  const read = `fetch(${JSON.stringify(url)}, { credentials: "include" }).then(({ status }) => status, () => "blocked")`;
  return page.evaluate(read);
}

/** The browser sends the cookie along, since another port is the same site; the server must refuse all the same. */
async function expectOtherPortShutOut(page: Page, url: string): Promise<void> {
  const other = await page.context().newPage();
  const origin = "http://localhost:1/";
  await other.route(`${origin}**`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>other</title>" }),
  );
  await other.goto(origin);
  const request = other.waitForRequest(`${url}status`);
  expect(await readAs(other, `${url}status`)).toBe("blocked");
  expect((await (await request).allHeaders())["cookie"]).toMatch(/^hostsfile-server-\d+=/);
  await other.close();
}

/** A server that does not belong to the page, and counts its callers. */
async function openStranger(): Promise<{ readonly origin: string; readonly visits: () => number } & AsyncDisposable> {
  let visits = 0;
  const server = createServer((_, response) => {
    visits++;
    response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    visits: () => visits,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
