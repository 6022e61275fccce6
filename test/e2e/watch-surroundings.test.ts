/** What happens around the watcher makes it try at once, however long it was asked to wait. */
import { writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startSimulatedAPI } from "../../src/sources/kubernetes/simulated-api.ts";
import { kinds } from "../../src/sources/kubernetes/translate/kinds.ts";
import { openDesktop } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { forwardPort } from "../cluster/forward.ts";
import { kubeconfigWith } from "../cluster/kubeconfigs.ts";
import { addAddress, openNamespaces } from "../cluster/namespaces.ts";
import { startServer } from "../cluster/server.ts";
import { startWatcher } from "../cluster/watcher.ts";
import { scratchPath } from "../cluster/watch-scene.ts";

test("another network and the end of a sleep end a wait, however long it is", async () => {
  await using simulated = await startSimulatedAPI(kinds);
  const port = Number(new URL(simulated.url).port);
  await using machine = await openNamespaces("network");
  await using _way = await forwardPort(port, machine.enter);
  await using desktop = await openDesktop();
  await using server = await startServer({ desktop, flags: [] });
  await using _back = await forwardPort(server.port, machine.enter);
  let asked = 0;
  // With it comes a wish for an hour of patience.
  simulated.refusal = ({ url = "" }) => {
    if (!url.includes("/ingresses")) return undefined;
    asked += 1;
    return 429;
  };
  const kubeconfig = scratchPath(desktop, "kubeconfig");
  await writeFile(kubeconfig, kubeconfigWith({ name: "lab", server: simulated.url, user: {} }));
  await using watcher = await startWatcher({
    desktop: { ...desktop, enter: machine.enterNetwork },
    server,
    kubeconfig,
  });
  await eventually(() => expect(asked).toBe(1));
  await sleep(3_000);
  expect(asked).toBe(1);
  await addAddress(machine, "198.51.100.7");
  await eventually(() => expect(asked).toBe(2));
  process.kill(watcher.pid, "SIGSTOP");
  await sleep(9_000);
  process.kill(watcher.pid, "SIGCONT");
  await eventually(() => expect(asked).toBe(3));
  // The answer is on its way, and the wait begins with it.
  await sleep(1_000);
  process.kill(watcher.pid, "SIGHUP");
  await eventually(() => expect(asked).toBe(4));
  simulated.refusal = () => undefined;
});
