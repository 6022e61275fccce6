/** dtk from config.yaml to a name in the hosts file, with the real Kubernetes, Helm, chart and ExternalDNS. */
import { expect, test } from "vitest";
import { openDesktop } from "../cluster/desktop.ts";
import { chartFolder, runDTK, writeConfiguration } from "../cluster/dtk.ts";
import { guideIngress } from "../cluster/resources.ts";
import { linesAre } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";
import { startWholeCluster } from "../cluster/whole-cluster.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("fresh install, second run", async () => {
  await using cluster = await startWholeCluster();
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  using folder = temporaryFolder();
  await writeConfiguration(folder.path, [
    "dns:",
    "  domain: dtk.io",
    "  host-ip: 127.0.0.1",
    `  webhook-port: ${server.port}`,
    "cluster:",
    `  admin-kubeconfig: ${cluster.kubeconfig}`,
  ]);
  const dtk = (...parameters: readonly string[]) => runDTK(parameters, { folder: folder.path });
  const first = await dtk("--install-addon", "external-dns", `--chart=${chartFolder("v0.22.0")}`);
  expect(first.exitCode).toBe(0);
  await cluster.in("default").apply(guideIngress);
  await linesAre(desktop, [`${cluster.address} foo.dtk.io`]);
  const second = await dtk("--install-addon", "external-dns", `--chart=${chartFolder("v0.22.0")}`);
  expect(second.exitCode).toBe(0);
});
