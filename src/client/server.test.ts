/** The server is found, told and looked at again by real requests; what else has the port is named. */
import { once } from "node:events";
import { type RequestListener, createServer } from "node:http";
import { type AddressInfo, createServer as createSilentServer } from "node:net";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startProduct } from "../../test/support/product.ts";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { defaultCluster, parseClusterIPs } from "../records/cluster.ts";
import { parseManagedDomain } from "../records/managed-domain.ts";
import { type ServerPlace, findServer } from "./server.ts";
import { applySettings, planSettings } from "../dtk/installation/settings.ts";

const host = "127.0.0.1";
const adminToken = "admin-token-of-this-test";

async function openProduct(...flags: readonly string[]) {
  const folder = temporaryFolder();
  writeFileSync(join(folder.path, "token"), adminToken);
  const place = [`--hosts-file=${join(folder.path, "hosts")}`, `--state-dir=${join(folder.path, "state")}`];
  const token = flags.map((flag) => flag.replace("TOKEN", join(folder.path, "token")));
  const product = await startProduct([`--host=${host}`, ...place, ...token]);
  return {
    port: product.port,
    [Symbol.asyncDispose]: async () => {
      await product.stop();
      folder[Symbol.dispose]();
    },
  };
}

async function listen(answer: RequestListener): Promise<{ readonly port: number } & AsyncDisposable> {
  const server = createServer(answer).listen(0, host);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, [Symbol.asyncDispose]: async () => void server.close() };
}

const placeOf = (port: number, token?: string): ServerPlace => ({
  host,
  port,
  token: token === undefined ? undefined : { text: token, path: "/some/token", isDemanded: true },
});

test("found, told, and there is nothing left to tell", async () => {
  await using product = await openProduct();
  const server = await findServer(placeOf(product.port));
  if (server === undefined) throw new Error("not found");
  const domains = ["dtk.io"].flatMap((domain) => parseManagedDomain(domain) ?? []);
  const settings = { clusterIPs: parseClusterIPs(["192.0.2.10"]) ?? [], domains, targets: "record" } as const;
  const wanted = { cluster: defaultCluster, settings, before: undefined };
  const steps = planSettings((await server.status()).clusters, wanted);
  expect(steps).toHaveLength(3);
  await applySettings(server, steps, wanted);
  const { clusters } = await server.status();
  expect(clusters).toMatchObject([{ domains: ["dtk.io"], clusterIPs: ["192.0.2.10"], targets: "record" }]);
  expect(planSettings(clusters, wanted)).toEqual([]);
  await expect(applySettings(server, steps.slice(1), { ...wanted, cluster: "other" as never })).rejects.toMatchObject({
    code: "setting-lost",
  });
  await expect(server.change("POST", "/domains", "not a domain")).rejects.toMatchObject({ code: "server-refused" });
});

describe("with a token", () => {
  test.each([
    { case: "none", shown: undefined, code: "token-needed", message: /requires a token/ },
    { case: "a wrong one", shown: "wrong-token-wrong-token", code: "server-unproven", message: /in \/some\/token/ },
  ])("$case is said", async ({ shown, code, message }) => {
    await using product = await openProduct("--token-file=TOKEN");
    await expect(findServer(placeOf(product.port, shown))).rejects.toMatchObject({
      code,
      exitCode: 3,
      message: expect.stringMatching(message),
    });
    expect(await (await findServer(placeOf(product.port, adminToken)))?.status()).toMatchObject({
      server: { tokenRequired: true },
    });
  });
});

test("nobody on the port, and a name that does not exist", async () => {
  const { port } = await (async () => {
    await using gone = await listen(() => undefined);
    return { port: gone.port };
  })();
  expect(await findServer(placeOf(port))).toBeUndefined();
  expect(await findServer({ ...placeOf(port), host: "no-such-name.invalid" })).toBeUndefined();
});

/** OCI distribution specification; AirPlay's receiver answers every request like that on macOS 12 and newer. */
const registry: RequestListener = (asked, response) => {
  if (asked.url === "/v2/") response.setHeader("Docker-Distribution-Api-Version", "registry/2.0");
  response.writeHead(asked.url === "/v2/" ? 200 : 404).end("404 page not found\n");
};
const airPlay: RequestListener = (_, response) => response.writeHead(403, { Server: "AirTunes/550.10" }).end();

test.each([
  { answer: registry, stranger: "a container registry" },
  { answer: airPlay, stranger: "macOS's AirPlay receiver" },
  {
    answer: (_, response) => response.setHeader("Server", "nginx/1.27").end("hello"),
    stranger: "another server (nginx/1.27)",
  },
  {
    answer: (_, response) => response.end("Hello\nthere"),
    stranger: "another server (it answers 200: Hello)",
  },
] satisfies readonly { answer: RequestListener; stranger: string }[])(
  "something else on the port is $stranger",
  async ({ answer, stranger }) => {
    await using server = await listen(answer);
    await expect(findServer(placeOf(server.port))).rejects.toMatchObject({
      code: "port-of-another",
      exitCode: 3,
      message: `Not hostsfile-server but ${stranger} answers at http://${host}:${server.port}.`,
    });
  },
);

test("a server that closes without a word is unreachable", async () => {
  const server = createSilentServer((socket) => socket.destroy()).listen(0, host);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await expect(findServer(placeOf(port))).rejects.toMatchObject({ code: "server-unreachable" });
  server.close();
});
