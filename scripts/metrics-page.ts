/** The page docs/metrics.md, from the metrics as the program makes them. */
import { join } from "node:path";
import { createCounters } from "../src/control/status/prometheus.ts";

/** Where the page lies. */
export const metricsPath = join(import.meta.dirname, "..", "docs", "metrics.md");

/** The page as it must be. */
export async function renderMetricsPage(): Promise<string> {
  const { registry } = createCounters();
  const metrics = await registry.getMetricsAsJSON();
  const own = metrics.filter(({ name }) => name.startsWith("hostsfile_"));
  const rows = own.map(({ name, type, help }) => {
    return `| \`${name}\` | ${String(type)} | ${labelsOf(registry.getSingleMetric(name))} | ${help} |\n`;
  });
  return `# Metrics

<!-- Made by \`npm run docs\` from src/control/status/prometheus.ts; a test fails when it is stale. -->

\`GET /metrics\` answers Prometheus, to this machine itself, or to anyone with the admin token:

\`\`\`yaml
scrape_configs:
  - job_name: hostsfile-server
    static_configs: [{ targets: ["localhost:5000"] }]
    authorization: { credentials_file: /etc/hostsfile-server/token } # only with a token
\`\`\`

Everything is counted from the start of the process. [contrib](../contrib) has a Grafana dashboard, alert rules and their tests (\`promtool test rules contrib/alerts.test.yaml\`). Beside these metrics there are those of the process and of Node (\`process_…\`, \`nodejs_…\`).

| metric | type | labels | what it says |
|---|---|---|---|
${rows.join("")}`;
}

function labelsOf(metric: object | undefined): string {
  const names = metric !== undefined && "labelNames" in metric ? metric.labelNames : [];
  return Array.isArray(names) ? names.map((name) => `\`${String(name)}\``).join(", ") : "";
}
