/** `dtk list-addons` says of each add-on whether it is enabled and how it is, and what feeds the cluster. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { openDTKPlace } from "../../../test/support/dtk-place.ts";
import { deploymentPath, installLine, openReleasePlace, putPod } from "../../../test/support/simulated-release.ts";

afterEach(() => void vi.unstubAllEnvs());

test("an add-on that nobody enabled or installed, and those of DTK", async () => {
  await using place = await openDTKPlace();
  expect(await place.run("list-addons")).toEqual({
    exitCode: 0,
    output: "external-dns  disabled  not installed\n",
    talk: "",
  });
  const config = join(place.folder, "more.yaml");
  writeFileSync(config, "addons:\n- external-dns\n- name: cilium\n  enabled: false\n- metallb\n");
  const { output } = await place.run("list-addons --config=more.yaml");
  expect(output.split("\n")).toEqual([
    "external-dns  enabled   not installed",
    "cilium        disabled  left to DTK",
    "metallb       enabled   left to DTK",
    "",
  ]);
});

test("as JSON it has the same, one object each", async () => {
  await using place = await openDTKPlace();
  const { output, exitCode } = await place.run("list-addons --json");
  expect(exitCode).toBe(0);
  expect(JSON.parse(output)).toEqual([{ name: "external-dns", isEnabled: false, state: "not installed" }]);
});

test("a cluster that is left to a watcher, and none runs", async () => {
  await using place = await openDTKPlace();
  place.configure("feed: watch");
  expect((await place.run("list-addons")).output).toBe(
    "external-dns  disabled  not installed. dns.feed is watch, but no watcher feeds this cluster.\n",
  );
});

test("a watcher that feeds the cluster is named, until it ends", async () => {
  await using place = await openDTKPlace();
  await place.report();
  const fed = "external-dns  disabled  not installed. The watcher of ann feeds this cluster as kind-a.\n";
  expect((await place.run("list-addons")).output).toBe(fed);
  place.api.uid = crypto.randomUUID();
  expect((await place.run("list-addons")).output).toBe("external-dns  disabled  not installed\n");
  await place.report();
  expect((await place.run("list-addons")).output).toBe(fed);
  await place.report(true);
  expect((await place.run("list-addons")).output).toBe("external-dns  disabled  not installed\n");
});

test("without a server it says what the cluster says", async () => {
  await using place = await openDTKPlace();
  await place.server.stop();
  expect(await place.run("list-addons")).toMatchObject({
    exitCode: 0,
    output: "external-dns  disabled  not installed\n",
  });
});

test("a cluster that does not answer is one sentence and exit 3", async () => {
  await using place = await openDTKPlace();
  place.api.refusal = () => 403;
  const refused = await place.run("list-addons");
  expect(refused).toMatchObject({ exitCode: 3, output: "" });
  expect(refused.talk).toMatch(/^dtk: /);
  expect(refused.talk).not.toMatch(/\bat .*\.ts:\d/);
});

test("an add-on that was installed is said to do as it does, at each moment", async () => {
  await using here = await openReleasePlace();
  const state = async (): Promise<string> => ((await here.run("list-addons")).output.split("  ")[2] ?? "").trim();
  expect(await state()).toBe("not installed");
  await here.run(`${installLine} --yes`);
  expect(await state()).toBe("external-dns-1.20.0, runs and calls the server");
  here.release.isCalling = false;
  await here.server.stop();
  expect(await state()).toBe("external-dns-1.20.0, runs, but the server does not answer");
  putPod(here, {
    containerStatuses: [{ restartCount: 0, state: { waiting: { reason: "ErrImagePull", message: "no such image" } } }],
  });
  expect(await state()).toBe("external-dns-1.20.0, does not run: no such image");
  here.cluster.objects.delete(deploymentPath);
  expect(await state()).toBe("without a Deployment, waits for the Deployment");
});
