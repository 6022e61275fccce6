/** What an installation would do: what it tells the server, what Helm is given, and when nothing is left to do. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { clusterOf, statusOf } from "../../../test/support/status.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { webhookToken } from "../../contract/token.ts";
import { parseClusterIPs, parseClusterName } from "../../records/cluster.ts";
import { parseManagedDomain } from "../../records/managed-domain.ts";
import { readConfiguration } from "../configuration/read.ts";
import { resolveConfiguration, valuesOf } from "../configuration/resolve.ts";
import type { Intent } from "./intent.ts";
import { isDone, planInstallation } from "./plan.ts";
import type { Installed, Situation } from "./situation.ts";

const adminToken = "an-admin-token-of-some-length";
const file = readConfiguration({ path: "config.yaml", text: "dns: {domain: dtk.io}\n" });
const clusterIPs = parseClusterIPs(["192.168.122.167"]) ?? [];

/** A chart in a folder, which is read as it is, so that no Helm is asked. */
function putChart(folder: string): string {
  const path = join(folder, "chart");
  mkdirSync(path);
  writeFileSync(join(path, "Chart.yaml"), "name: external-dns\nversion: 1.20.0\nappVersion: 0.21.0\n");
  writeFileSync(join(path, "values.yaml"), "extraArgs: {}\nservice: {}\nprovider: {webhook: {image: {}}}\n");
  return path;
}

function intentWith(chart: string, part: Partial<Intent> = {}): Intent {
  return {
    ...valuesOf(resolveConfiguration({ file, given: {}, home: "/home/me" })),
    place: { kubeconfig: "/k", context: undefined, isHearsay: false },
    isHostTyped: false,
    token: undefined,
    chart: { chart, version: undefined },
    valuesFiles: [],
    set: [],
    waitServer: false,
    ...part,
  };
}

const nothing: Installed = {
  namespace: { exists: false, record: undefined },
  token: undefined,
  revision: undefined,
  workload: { deployment: undefined, pods: [] },
};

/** A cluster that answers, and a server; of both only what planning looks at. */
function situationOf(intent: Intent, part: Partial<Situation> = {}, requiresToken = false): Situation {
  const facts = { nodes: [], services: [], ingresses: [], gateways: [], hasRoutes: false, hasDNSEndpoints: false };
  return {
    status: statusOf({
      clusters: [clusterOf({ clusterIPs: [], domains: [] })],
      server: { tokenRequired: requiresToken },
    }),
    installed: nothing,
    facts,
    host: { host: "127.0.0.1", reason: "as configured", alternatives: [] },
    targets: { targets: "cluster", reason: "as configured" },
    settings: { clusterIPs, domains: intent.domains, targets: "cluster" },
    ...part,
  } as unknown as Situation;
}

const deployed = { metadata: {}, spec: {}, status: {} };

/** What is there after a plan was carried out. */
function after({ release, wanted, token }: Awaited<ReturnType<typeof planInstallation>>): Installed {
  const { inputs, chart, shape } = release;
  const domains = [...wanted.settings.domains];
  const record = {
    cluster: wanted.cluster,
    domains,
    ownsNamespace: true,
    release: { inputs, revision: 3, chart, shape },
  };
  return {
    namespace: { exists: true, record },
    token,
    revision: { revision: 3, status: "deployed" },
    workload: { deployment: deployed, pods: [] },
  };
}

test("the first time, the server is told all of it, and the chart is installed where the release belongs", async () => {
  using folder = temporaryFolder();
  const chart = putChart(folder.path);
  const intent = intentWith(chart);
  const plan = await planInstallation(intent, situationOf(intent));
  expect(plan).toMatchObject({ url: "http://127.0.0.1:5000", token: undefined, tokenChanges: false, takesOver: false });
  expect(plan.steps.map(({ sentence }) => sentence)).toEqual(["manage dtk.io", "point names to 192.168.122.167"]);
  expect(plan.release.action).toBe("install");
  expect(plan.release.parameters).toEqual(["external-dns", chart, "--namespace", "external-dns", "--values", "-"]);
  expect(isDone(plan)).toBe(false);
});

test("the user's own values come last, in the order in which they were given, so that they win", async () => {
  using folder = temporaryFolder();
  const [one, two] = ["one.yaml", "two.yaml"].map((name) => join(folder.path, name)) as [string, string];
  for (const path of [one, two]) writeFileSync(path, "a: 1\n");
  const intent = intentWith(putChart(folder.path), { valuesFiles: [one, two], set: ["a=1", "b=2"] });
  const { parameters } = (await planInstallation(intent, situationOf(intent))).release;
  expect(parameters.slice(parameters.indexOf("--values"))).toEqual([
    "--values",
    "-",
    "--values",
    one,
    "--values",
    two,
    "--set",
    "a=1",
    "--set",
    "b=2",
  ]);
});

describe("a token", () => {
  const held = { text: adminToken, path: "/token", isDemanded: true };

  test("is the cluster's own, and is not in the values", async () => {
    using folder = temporaryFolder();
    const intent = intentWith(putChart(folder.path), { token: held });
    const plan = await planInstallation(intent, situationOf(intent, {}, true));
    expect(plan.token).toBe(webhookToken(adminToken, intent.cluster));
    expect([plan.tokenChanges, plan.url]).toEqual([true, "http://default:$(TOKEN)@127.0.0.1:5000"]);
    for (const secret of [adminToken, plan.token ?? ""]) expect(plan.release.values).not.toContain(secret);
  });

  test("that the server does not require goes from the cluster", async () => {
    using folder = temporaryFolder();
    const intent = intentWith(putChart(folder.path), { token: held });
    const plan = await planInstallation(intent, situationOf(intent, { installed: { ...nothing, token: "old" } }));
    expect([plan.token, plan.tokenChanges, plan.url]).toEqual([undefined, true, "http://127.0.0.1:5000"]);
  });

  test("is sent nowhere that only a configuration names", async () => {
    using folder = temporaryFolder();
    const host = { host: "192.0.2.1", reason: "as configured", alternatives: [] };
    const intent = intentWith(putChart(folder.path), { token: held });
    await expect(planInstallation(intent, situationOf(intent, { host }, true))).rejects.toMatchObject({
      code: "host-not-here",
      exitCode: 3,
    });
    const typed = { ...intent, isHostTyped: true };
    expect((await planInstallation(typed, situationOf(typed, { host }, true))).url).toContain("@192.0.2.1:5000");
    expect((await planInstallation(intent, situationOf(intent, { host }))).token).toBeUndefined();
  });
});

describe("once it is done", () => {
  const known = statusOf({ clusters: [clusterOf({ clusterIPs: [...clusterIPs], domains: ["dtk.io"] })] });

  /** Plans, carries it out, and plans again with what is different then. */
  async function again(
    folder: string,
    change: (intent: Intent) => { readonly intent?: Partial<Intent>; readonly situation?: Partial<Situation> },
    before: Partial<Intent> = {},
  ) {
    const intent = intentWith(putChart(folder), before);
    const facts = { ...situationOf(intent).facts, hasDNSEndpoints: true };
    const installed = after(await planInstallation(intent, situationOf(intent, { facts })));
    const { intent: part = {}, situation = {} } = change(intent);
    const changed = { ...intent, ...part };
    return planInstallation(changed, situationOf(changed, { facts, status: known, installed, ...situation }));
  }

  test("nothing is left to do", async () => {
    using folder = temporaryFolder();
    const plan = await again(folder.path, () => ({}));
    expect([plan.release.action, plan.steps, isDone(plan)]).toEqual(["nothing", [], true]);
  });

  test.each<[string, Parameters<typeof again>[1]]>([
    ["value", () => ({ intent: { set: ["a=1"] } })],
    ["host", () => ({ situation: { host: { host: "::1", reason: "", alternatives: [] } } })],
    ["port", () => ({ intent: { port: 5001 } })],
    [
      "source",
      (intent) => ({ situation: { facts: { ...situationOf(intent).facts, hasDNSEndpoints: true, hasRoutes: true } } }),
    ],
  ])("with another %s it is upgraded", async (_, change) => {
    using folder = temporaryFolder();
    expect((await again(folder.path, change)).release.action).toBe("upgrade");
  });

  test("the same chart by another path is the same, and one whose files changed is not", async () => {
    using folder = temporaryFolder();
    const path = (intent: Intent): string => intent.chart.chart ?? "";
    const moved = await again(folder.path, (intent) => ({
      intent: { chart: { ...intent.chart, chart: `${path(intent)}/.` } },
    }));
    expect(moved.release.action).toBe("nothing");
    using other = temporaryFolder();
    const changed = await again(other.path, (intent) => {
      writeFileSync(join(path(intent), "README.md"), "It is another one.\n");
      return {};
    });
    expect(changed.release.action).toBe("upgrade");
  });

  test.each<[string, Partial<Installed>]>([
    ["its Deployment is gone", { workload: { deployment: undefined, pods: [] } }],
    ["somebody else changed the release", { revision: { revision: 4, status: "deployed" } }],
    ["an upgrade of somebody's failed", { revision: { revision: 3, status: "failed" } }],
  ])("and %s it is upgraded", async (_, part) => {
    using folder = temporaryFolder();
    const intent = intentWith(putChart(folder.path));
    const installed = { ...after(await planInstallation(intent, situationOf(intent))), ...part };
    const plan = await planInstallation(intent, situationOf(intent, { status: known, installed }));
    expect([plan.release.action, isDone(plan)]).toEqual(["upgrade", false]);
  });

  test.each([
    // The root path answers the domains at its start alone; a cluster's own path answers none.
    ["default", "upgrade"],
    ["kind-a", "nothing"],
  ])("another domain of %s: %s", async (name, action) => {
    using folder = temporaryFolder();
    const cluster = parseClusterName(name) ?? expect.fail();
    const domain = parseManagedDomain("my.io") ?? expect.fail();
    const { release } = await again(folder.path, () => ({ intent: { domains: [domain] } }), { cluster });
    expect(release.action).toBe(action);
  });
});

test("a release of somebody else is one that is taken over, and one of dtk's is not", async () => {
  using folder = temporaryFolder();
  const intent = intentWith(putChart(folder.path));
  const foreign = { ...nothing, revision: { revision: 1, status: "deployed" } };
  const plan = await planInstallation(intent, situationOf(intent, { installed: foreign }));
  expect([plan.takesOver, plan.release.action]).toEqual([true, "upgrade"]);
  const own = await planInstallation(intent, situationOf(intent, { installed: after(plan) }));
  expect(own.takesOver).toBe(false);
});
