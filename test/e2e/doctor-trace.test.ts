/** A name is traced from its Ingress in a real cluster, through the real ExternalDNS, into the hosts file. */
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { type Report, reportSchema } from "../../src/doctor/report.ts";
import { commandOf } from "../cluster/breakable-desktop.ts";
import { run } from "../cluster/program.ts";
import { ingress } from "../cluster/resources.ts";
import { type Scene, openScene } from "../cluster/scene.ts";
import { tools } from "../cluster/tools.ts";

const launcher = "./hostsfile-server";

async function trace({ desktop, server, namespace }: Scene, name: string): Promise<Report> {
  const place = [`--port=${server.port}`, `--hosts-file=${desktop.hostsFile}`, `--state-dir=${desktop.stateFolder}`];
  const words = ["doctor", name, "--json", `--kubeconfig=${namespace.kubeconfig}`, ...place];
  const output = await run(["sh", "-c", '"$@" || true', "sh", launcher, ...words]);
  return reportSchema.parse(JSON.parse(output));
}

function stopOf({ checks }: Report): readonly unknown[] {
  const stopped = checks.find(({ grade }) => grade === "problem");
  return [stopped?.id, stopped?.findings[0]?.code];
}

test("from the Ingress to the line", async () => {
  await using scene = await openScene();
  const { namespace, shows } = scene;
  await namespace.apply(ingress({ name: "traced", hosts: ["traced.dtk.io"] }));
  await shows("traced.dtk.io");
  const report = await trace(scene, "traced.dtk.io");
  expect(report.ok).toBe(true);
  expect(report.checks.map(({ id, grade }) => `${id} ${grade}`)).toEqual([
    "name-asked-for ok",
    "server-answers ok",
    "name-managed ok",
    "name-answered ok",
    "name-seen ok",
    "name-sent ok",
    "name-shown ok",
    "name-in-file ok",
    "nsswitch ok",
    // A scratch file is read by no resolver, which is not a fault.
    "name-resolved note",
    "name-reached skipped",
  ]);
  expect(report.checks[0]?.findings[0]?.message).toBe(`The Ingress ${namespace.name}/traced asks for traced.dtk.io.`);
  expect(stopOf(await trace(scene, "traced-nobody.dtk.io"))).toEqual(["name-asked-for", "name-not-asked-for"]);
});

test("an Ingress without a target, which the command that is printed gives one", async () => {
  await using scene = await openScene();
  const { namespace, shows } = scene;
  const rules = [{ host: "traced-silent.dtk.io" }];
  const backend = { service: { name: "web", port: { number: 80 } } };
  const silent = { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name: "silent" } };
  await namespace.apply({ ...silent, spec: { defaultBackend: backend, rules } });
  const report = await trace(scene, "traced-silent.dtk.io");
  expect(stopOf(report)).toEqual(["name-asked-for", "ingress-without-target"]);
  const command = commandOf(report.checks[0]?.findings[0]);
  await run(["sh", "-ec", command], {
    environment: { PATH: `${dirname(tools.kubectl)}:${process.env["PATH"]}` },
  });
  await shows("traced-silent.dtk.io");
  expect((await trace(scene, "traced-silent.dtk.io")).ok).toBe(true);
});
