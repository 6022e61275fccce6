/** Takes the pictures of the page for the guide: what the server renders of a fixed status, in a real browser, the same each time. */
import { once } from "node:events";
import { type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { findAttention } from "../../src/control/status/attention.ts";
import { pageHeaders } from "../../src/control/page/document.ts";
import { renderPage } from "../../src/control/page/page.ts";
import { clusterOf, statusOf } from "../../test/support/status.ts";
import type { Status } from "../../src/contract/status.ts";

const now = Date.parse("2026-11-26T09:00:00Z");

/** A moment so many minutes ago. */
function ago(minutes: number): string {
  return new Date(now - minutes * 60_000).toISOString();
}

/** A name that leads to the cluster. */
function name(host: string, resource: string, minutes: number): Status["names"]["list"][number] {
  return { name: host, addresses: ["192.168.122.167"], cluster: "default", resource, since: ago(minutes) };
}

const names = [
  name("api.dtk.io", "ingress/backend/api", 2),
  name("argocd.dtk.io", "ingress/argocd/argocd-server", 26 * 60),
  name("foo.dtk.io", "ingress/default/test", 3 * 60),
  name("grafana.dtk.io", "ingress/monitoring/grafana", 25 * 60),
  name("shop.mydomain.io", "httproute/shop/web", 41),
];

const facts: Omit<Status, "attention"> = statusOf({
  server: { pid: 1843, version: "0.1.0", since: ago(27 * 60), allowed: ["192.168.122.0/24"] },
  clusters: [
    clusterOf({
      domains: ["dtk.io", "mydomain.io", "new.test"],
      negotiation: { at: ago(26 * 60), include: ["dtk.io", "mydomain.io"], unseen: ["new.test"] },
      lastHeard: new Date(now - 2000).toISOString(),
      caller: "192.168.122.167",
      records: { CNAME: 6, TXT: 6 },
      shown: names.length,
    }),
  ],
  sinks: [
    {
      id: "hosts-file",
      name: "hosts file",
      path: "/etc/hosts",
      ok: true,
      lastWrittenAt: ago(2),
      method: "rename",
      conflicts: { total: 0, list: [] },
      trouble: null,
    },
  ],
  names: { total: names.length, list: names },
  notShown: {
    total: 1,
    list: [
      {
        name: "*.dtk.io",
        cluster: "default",
        reason: "wildcard",
        sentence:
          "*.dtk.io is not shown: a hosts file cannot hold a wildcard, name each host in an Ingress rule instead.",
      },
    ],
  },
});

const status: Status = {
  ...facts,
  attention: findAttention(facts, {
    reports: new Map(),
    storeTrouble: undefined,
    viewTrouble: undefined,
    overLimit: [],
    now,
  }),
};

async function answer(url: string | undefined, response: ServerResponse): Promise<void> {
  if (url === "/events") {
    response.setHeader("content-type", "text/event-stream").write("id: fixed\nevent: status\ndata: {}\n\n");
    return;
  }
  const page = await renderPage(status, { now, filter: "", revision: "fixed" });
  response.writeHead(200, { ...pageHeaders, "content-type": "text/html; charset=UTF-8" }).end(page);
}

/** Takes the page in both colour schemes. */
export async function takePages(browser: Browser, folder: string): Promise<void> {
  const server = createServer((request, response) => void answer(request.url, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  for (const colorScheme of ["light", "dark"] as const) {
    const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 800 } });
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.getByText("Live").waitFor();
    await page.screenshot({ path: join(folder, `page-${colorScheme}.png`), fullPage: true });
  }
  server.closeAllConnections();
  server.close();
}
