/** Prometheus's own tool reads the metrics, the alert rules and the dashboard's expressions. */
import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openDesktop } from "../cluster/desktop.ts";
import { run } from "../cluster/program.ts";
import { startServer } from "../cluster/server.ts";
import { tools } from "../cluster/tools.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const { promtool } = tools;
const contrib = join(import.meta.dirname, "..", "..", "contrib");

describe.skipIf(!existsSync(promtool))(`promtool (node test/cluster/build.ts makes it at ${promtool})`, () => {
  test("finds every alert rule in order", async () => {
    expect(await run([promtool, "check", "rules", join(contrib, "alerts.yaml")])).toContain("SUCCESS: 10 rules found");
  });

  test("sees each alert when it should come, and not before", async () => {
    expect(await run([promtool, "test", "rules", join(contrib, "alerts.test.yaml")])).toContain("SUCCESS");
  });

  test("understands every expression of the dashboard", async () => {
    const dashboard = readFileSync(join(contrib, "grafana-dashboard.json"), "utf8");
    const expressions = [...dashboard.matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(([, text = ""]) =>
      JSON.parse(text),
    );
    expect(expressions.length).toBeGreaterThan(5);
    for (const expression of expressions)
      await run([promtool, "--experimental", "promql", "format", String(expression)]);
  });

  test("finds nothing to say about the names and texts of our metrics", async () => {
    await using desktop = await openDesktop();
    using scratch = temporaryFolder();
    await using server = await startServer({ desktop });
    const { body } = await server.request("GET", "/metrics");
    const own = body.split("\n").filter((line) => line.includes("hostsfile_"));
    expect(own.length).toBeGreaterThan(30);
    const file = join(scratch.path, "metrics");
    await writeFile(file, `${own.join("\n")}\n`);
    expect(await run(["sh", "-c", `"$0" check metrics <"$1" 2>&1`, promtool, file])).toBe("");
  });
});
