/** Plain kubeconfigs are read as the Kubernetes client reads them; all others are left to it. */
import { writeFileSync } from "node:fs";
import { Agent, type AgentOptions } from "node:https";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../test/support/temporary-folder.ts";
import { readWithClient } from "./client-kubeconfig.ts";
import { readPlainKubeconfig } from "./plain-kubeconfig.ts";

const base = (text: string): string => Buffer.from(text).toString("base64");

function kubeconfig(cluster: object, user: object, server = "https://192.0.2.1:6443"): object {
  return {
    "current-context": "a",
    clusters: [{ name: "c", cluster: { server, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [
      { name: "a", context: { cluster: "c", user: "u" } },
      { name: "b", context: { cluster: "gone", user: "u" } },
    ],
  };
}

function write(folder: string, content: unknown): string {
  const path = join(folder, "kubeconfig");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  writeFileSync(join(folder, "ca.crt"), "authority in a file");
  return path;
}

test.each([
  { case: "a token", content: kubeconfig({ "certificate-authority-data": base("authority") }, { token: "t" }) },
  {
    case: "a client certificate, as kind and kubeadm write it",
    content: kubeconfig(
      { "certificate-authority-data": base("authority") },
      { "client-certificate-data": base("certificate"), "client-key-data": base("key") },
    ),
  },
  {
    case: "an authority in a file beside it, and extensions, as minikube writes it",
    content: kubeconfig({ "certificate-authority": "ca.crt", extensions: [{ name: "cluster_info" }] }, { token: "t" }),
  },
  { case: "no check of the certificate", content: kubeconfig({ "insecure-skip-tls-verify": true }, { token: "t" }) },
  { case: "another server name", content: kubeconfig({ "tls-server-name": "kubernetes" }, { token: "t" }) },
])("$case: as the client has it", async ({ content }) => {
  using folder = temporaryFolder();
  const path = write(folder.path, content);
  const plain = readPlainKubeconfig(path, undefined);
  const client = await readWithClient({ kubeconfig: path, context: undefined });
  expect(plain?.server).toBe(client.server);
  expect(plain?.options.headers["authorization"]).toBe(client.options.headers["Authorization"]);
  expect(agentOf(plain)).toEqual(agentOf(client));
});

function agentOf(connection: ReturnType<typeof readPlainKubeconfig>): unknown {
  const agent = connection?.options.agent;
  const options: AgentOptions = agent instanceof Agent ? agent.options : {};
  const { ca, cert, key, servername, rejectUnauthorized = true } = options;
  return { files: JSON.stringify([ca, cert, key]), servername, rejectUnauthorized };
}

test.each([
  { case: "a program that logs in", content: kubeconfig({}, { exec: { command: "aws" } }) },
  { case: "a proxy", content: kubeconfig({ "proxy-url": "http://proxy" }, { token: "t" }) },
  {
    case: "an authority that is not there",
    content: kubeconfig({ "certificate-authority": "gone.crt" }, { token: "t" }),
  },
  { case: "a context whose cluster is not there", content: kubeconfig({}, { token: "t" }), context: "b" },
  { case: "a context that is not there", content: kubeconfig({}, { token: "t" }), context: "x" },
  { case: "something that is not a kubeconfig", content: "{{" },
])("$case is left to the client", ({ content, context }) => {
  using folder = temporaryFolder();
  expect(readPlainKubeconfig(write(folder.path, content), context)).toBeUndefined();
});

test("a plain port, as kubectl proxy opens one, is called without a certificate", () => {
  using folder = temporaryFolder();
  const path = write(folder.path, kubeconfig({}, {}, "http://127.0.0.1:8001"));
  const plain = readPlainKubeconfig(path, undefined);
  expect([plain?.server, plain?.options.headers]).toEqual(["http://127.0.0.1:8001", {}]);
  expect(plain?.options.agent).not.toBeInstanceOf(Agent);
});

test("a file that is not there is left to the client", () => {
  expect(readPlainKubeconfig("/nowhere/kubeconfig", undefined)).toBeUndefined();
});

test("a token in a file is read each time, and counts more than one beside it", () => {
  using folder = temporaryFolder();
  const path = write(folder.path, kubeconfig({}, { token: "old", tokenFile: "token" }));
  for (const token of ["one", "two"]) {
    writeFileSync(join(folder.path, "token"), `${token}\n`);
    expect(readPlainKubeconfig(path, undefined)?.options.headers["authorization"]).toBe(`Bearer ${token}`);
  }
});
