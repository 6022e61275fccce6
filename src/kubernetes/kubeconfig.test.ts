/** A kubeconfig or cluster that cannot be used is one sentence with the way out, on real files and sockets. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type RequestListener, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, expect, test, vi } from "vitest";
import * as z from "zod/mini";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { openKubernetes } from "./kubeconfig.ts";
import { helmPlace } from "./place.ts";

afterEach(() => vi.unstubAllEnvs());

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    "current-context": "a",
    clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: { token: "secret-token" } }],
    contexts: [
      { name: "a", context: { cluster: "c", user: "u" } },
      { name: "b", context: { cluster: "gone", user: "u" } },
    ],
  });
}

async function open(content: string, context?: string) {
  using folder = temporaryFolder();
  const kubeconfig = join(folder.path, "kubeconfig");
  writeFileSync(kubeconfig, content);
  return await openKubernetes({ kubeconfig, context });
}

async function serve(answer: RequestListener): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: async () => void server.close() };
}

test("a file that is not there", async () => {
  await expect(openKubernetes({ kubeconfig: "/nowhere/kubeconfig", context: undefined })).rejects.toMatchObject({
    code: "kubeconfig-unusable",
    exitCode: 3,
    message: expect.stringContaining("/nowhere/kubeconfig"),
  });
});

test("no file at all, as kubectl would look for one", async () => {
  using folder = temporaryFolder();
  vi.stubEnv("KUBECONFIG", "");
  vi.stubEnv("HOME", folder.path);
  await expect(openKubernetes({ kubeconfig: undefined, context: undefined })).rejects.toMatchObject({
    code: "kubeconfig-missing",
    message: expect.stringContaining("There is no kubeconfig"),
  });
});

test.each([
  { case: "that is not there", context: "x", message: /no context "x"; it has a, b/ },
  { case: "whose cluster is not there", context: "b", message: /no context "b"/ },
])("a context $case", async ({ context, message }) => {
  await expect(open(kubeconfigFor("https://127.0.0.1:1"), context)).rejects.toMatchObject({
    code: "kubeconfig-unusable",
    message: expect.stringMatching(message),
  });
});

test("an API server that is not there", async () => {
  const api = await open(kubeconfigFor("https://127.0.0.1:1"));
  await expect(api.send({ path: "/api" })).rejects.toMatchObject({
    code: "cluster-unreachable",
    message: expect.stringMatching(/^The cluster at https:\/\/127\.0\.0\.1:1 does not answer: .*ECONNREFUSED/),
  });
});

test("an API server that refuses: its own sentence", async () => {
  const sentence = JSON.stringify({
    kind: "Status",
    message: 'nodes is forbidden: User "u" cannot list resource "nodes"',
  });
  await using server = await serve((_, response) => response.writeHead(403).end(sentence));
  const api = await open(kubeconfigFor(server.url));
  await expect(api.send({ path: "/api/v1/nodes" })).rejects.toMatchObject({
    code: "cluster-refused",
    message: expect.stringContaining('403: nodes is forbidden: User "u"'),
    hint: expect.stringContaining("--kubeconfig"),
  });
});

test("something that is not an API server", async () => {
  await using server = await serve((_, response) => response.end("<html>"));
  const api = await open(kubeconfigFor(server.url));
  await expect(api.read("/api/v1/nodes", z.object({ items: z.array(z.string()) }))).rejects.toMatchObject({
    code: "not-kubernetes",
  });
});

test("what is not there is undefined, and what is there is read with the user's token", async () => {
  await using server = await serve((asked, response) => {
    if (asked.url === "/gone") response.writeHead(404).end("{}");
    else response.end(JSON.stringify({ kind: asked.headers.authorization }));
  });
  const api = await open(kubeconfigFor(server.url));
  const shape = z.object({ kind: z.string() });
  expect(await api.read("/gone", shape)).toBeUndefined();
  expect(await api.read("/there", shape)).toEqual({ kind: "Bearer secret-token" });
});

test.each(["POST", "PUT", "PATCH", "DELETE"] as const)("the body of a %s arrives whole", async (method) => {
  await using server = await serve((asked, response) => void text(asked).then((body) => response.end(body)));
  const api = await open(kubeconfigFor(server.url));
  expect(await api.send({ method, path: "/x", body: { sent: "é" } })).toBe('{"sent":"é"}');
});

test("Helm gets the same place", () => {
  expect(helmPlace({ kubeconfig: "/k", context: "c" })).toEqual(["--kubeconfig", "/k", "--kube-context", "c"]);
  expect(helmPlace({ kubeconfig: undefined, context: undefined })).toEqual([]);
});
