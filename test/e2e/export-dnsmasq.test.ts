/** A real dnsmasq takes what `export` prints, and answers for exactly those names. */
import { Resolver } from "node:dns/promises";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDesktop } from "../cluster/desktop.ts";
import { eventually, freePort } from "../cluster/eventually.ts";
import { run, startProgram } from "../cluster/program.ts";
import { runCommand, startServer } from "../cluster/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

test("export --format=dnsmasq is a configuration of dnsmasq", async () => {
  await using desktop = await openDesktop();
  using scratch = temporaryFolder();
  await using server = await startServer({ desktop, flags: ["--cluster-ip=192.0.2.7,fd00::7", "--domains=dtk.io"] });
  const create = ["foo.dtk.io", "bar.dtk.io"].map((dnsName) => ({ dnsName, targets: [dnsName], recordType: "CNAME" }));
  expect((await server.request("POST", "/records", JSON.stringify({ create }))).status).toBe(204);

  const file = join(scratch.path, "names.conf");
  await writeFile(file, await runCommand(desktop, "export", "--format=dnsmasq", `--port=${server.port}`));
  expect(await run(["sh", "-c", 'dnsmasq --test --conf-file="$0" 2>&1', file])).toContain("syntax check OK");

  const port = await freePort();
  const place = [`--port=${port}`, "--listen-address=127.0.0.1", "--bind-interfaces", "--no-resolv", "--no-hosts"];
  const command = ["dnsmasq", "--keep-in-foreground", "--user=root", "--pid-file", ...place, `--conf-file=${file}`];
  await using dnsmasq = await startProgram(command);
  const resolver = new Resolver({ timeout: 10_000, tries: 1 });
  resolver.setServers([`127.0.0.1:${port}`]);
  await eventually(async () => expect(await resolver.resolve4("foo.dtk.io")).toEqual(["192.0.2.7"]));
  expect(await resolver.resolve6("bar.dtk.io")).toEqual(["fd00::7"]);
  await expect(resolver.resolve4("under.foo.dtk.io")).rejects.toThrow(/REFUSED|NOTFOUND/);
  expect(dnsmasq.exit()).toBeUndefined();
});
