/** The watcher with real parts: an object comes, changes and goes in a real API server, and the hosts file follows. */
import { expect, test } from "vitest";
import { openDesktop, userLines } from "../cluster/desktop.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre, openTestNamespace } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";
import { startWatcher } from "../cluster/watcher.ts";

/** Without an annotation and without a status. */
function plainIngress(name: string, ...hosts: readonly string[]): object {
  const { metadata, ...others } = ingress({ name, hosts }) as { metadata: object };
  return { ...others, metadata: { ...metadata, annotations: {} } };
}

test("an Ingress without annotation or status has its line as long as it is there", async () => {
  const namespace = await openTestNamespace();
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  const flags = ["--domains=dtk.io", `--namespace=${namespace.name}`];
  await using watcher = await startWatcher({ desktop, server, kubeconfig: namespace.kubeconfig, flags });
  await namespace.apply(plainIngress("test", "foo.dtk.io"));
  await linesAre(desktop, ["127.0.0.1 foo.dtk.io"]);
  await namespace.apply(plainIngress("test", "bar.dtk.io", "baz.dtk.io", "elsewhere.example.com"));
  await linesAre(desktop, ["127.0.0.1 bar.dtk.io", "127.0.0.1 baz.dtk.io"]);
  await namespace.remove("ingress", "test");
  await linesAre(desktop, []);
  expect(await desktop.hosts()).toBe(userLines);
  expect(watcher.exit()).toBeUndefined();
});
