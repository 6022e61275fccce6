/** `dtk install-addon external-dns` with a simulated cluster and Helm: what is told to whom, and when nothing is. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openDTKPlace } from "../../../test/support/dtk-place.ts";
import { curl } from "../../../test/support/http.ts";
import {
  type ReleasePlace,
  deploymentPath,
  installLine,
  namespacePath,
  openReleasePlace,
  putRevision,
  simulateRelease,
} from "../../../test/support/simulated-release.ts";
import { webhookMediaType } from "../../../test/support/test-app.ts";
import { temporaryFolder } from "../../../test/support/temporary-folder.ts";
import { typing } from "../../../test/support/typing.ts";
import { webhookToken } from "../../contract/token.ts";
import { defaultCluster } from "../../records/cluster.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function putFile({ folder }: ReleasePlace, name: string, text: string): void {
  writeFileSync(join(folder, name), text);
}

describe("the first installation", () => {
  test("tells the server first, then Helm, proves that ExternalDNS calls, and says what to do next", async () => {
    await using here = await openReleasePlace();
    const { exitCode, output, talk } = await here.run(`${installLine} --yes`);
    expect(talk).toContain("Cluster IP    127.0.0.1");
    expect(talk).toContain(`Webhook       http://127.0.0.1:${here.server.port}\n`);
    expect(talk).toContain("Chart         external-dns 1.20.0, ExternalDNS 0.21.0\n");
    expect(talk).toMatch(
      /Server: manage dtk\.io\.\nServer: point names to 127\.0\.0\.1\.\nInstalling ExternalDNS 0\.21\.0/,
    );
    expect(output).toContain("ExternalDNS of default is now installed and calls the server.");
    expect(exitCode).toBe(0);
    expect(await here.atServer("/domains")).toEqual(["dtk.io"]);
    expect(here.release.calls()).toEqual(["upgrade --install external-dns chart --namespace external-dns --values -"]);
    expect(here.release.values()).toContain(`webhook-provider-url: http://127.0.0.1:${here.server.port}\n`);
  });

  test("remembers in the cluster what a removal needs, with the first change and again with the last", async () => {
    await using here = await openReleasePlace();
    await here.run(`${installLine} --yes`);
    expect(here.cluster.changes[0]).toBe("POST /api/v1/namespaces");
    expect(here.cluster.changes.at(-1)).toBe(`PATCH ${namespacePath}`);
    const { metadata } = here.cluster.objects.get(namespacePath) ?? expect.fail();
    const record: unknown = JSON.parse(Object.values((metadata as never)["annotations"])[0] as string);
    expect(record).toMatchObject({
      cluster: "default",
      domains: ["dtk.io"],
      ownsNamespace: true,
      release: { revision: 1, shape: { version: "1.20.0" } },
    });
  });

  test("as JSON is what was chosen and done", async () => {
    await using here = await openReleasePlace();
    const { output, talk } = await here.run(`${installLine} --yes --json --quiet`);
    expect(talk).toBe("");
    expect(JSON.parse(output)).toMatchObject({
      changed: true,
      cluster: "default",
      domains: ["dtk.io"],
      clusterIPs: ["127.0.0.1"],
      clusterIPSource: "as configured",
      webhook: `http://127.0.0.1:${here.server.port}`,
      chart: "1.20.0",
      lastHeard: expect.stringMatching(/^20/),
    });
  });

  test("of a dry run is a list of what would be done, with the values, and changes nothing at all", async () => {
    await using here = await openReleasePlace();
    const { exitCode, output } = await here.run(`${installLine} --dry-run`);
    expect(exitCode).toBe(0);
    expect(output).toMatch(
      /^Would:\n {2}tell the server: manage dtk\.io\n {2}tell the server: point names to 127\.0\.0\.1\n {2}install the chart external-dns 1\.20\.0\n\nValues:\n {2}provider:/,
    );
    expect(output).toContain("+kind: Deployment");
    expect(here.cluster.changes).toEqual([]);
    expect(await here.atServer("/domains")).toEqual([]);
    expect(here.release.calls().map((call) => call.split(" ")[0])).toEqual(["template"]);
  });
});

describe("with a team server in place of this desktop's", () => {
  test("a cluster needs a name of its own, before anything is looked at", async () => {
    await using here = await openReleasePlace();
    const { exitCode, output, talk } = await here.run(`${installLine} --yes --team=${here.server.url}`);
    expect([exitCode, output]).toEqual([2, ""]);
    expect(talk).toBe(
      "dtk: A team has many clusters, so this one needs a name of its own.\n" +
        "  Name it: --cluster NAME, or dns.cluster in config.yaml.\n",
    );
    expect([here.cluster.changes, here.release.calls()]).toEqual([[], []]);
  });

  test("it is the one that is told and called, under that name", async () => {
    await using here = await openReleasePlace();
    const { exitCode, output } = await here.run(`${installLine} --yes --team=${here.server.url} --cluster=kind-a`);
    expect(exitCode).toBe(0);
    expect(output).toContain("Names under dtk.io are the team's as Ingresses come and go");
    expect(here.release.values()).toContain(`webhook-provider-url: ${here.server.url}/clusters/kind-a\n`);
    expect([await here.atServer("/domains"), await here.atServer("/clusters/kind-a/domains")]).toEqual([
      [],
      ["dtk.io"],
    ]);
  });
});

describe("a second run", () => {
  test("changes nothing and says so; a dry run says that nothing would change", async () => {
    await using here = await openReleasePlace();
    await here.run(`${installLine} --yes`);
    const [calls, changes] = [here.release.calls().length, here.cluster.changes.length];
    const { exitCode, output } = await here.run(installLine);
    expect([exitCode, output]).toEqual([
      0,
      expect.stringContaining("is already installed and calls the server; nothing was changed."),
    ]);
    expect((await here.run(`${installLine} --dry-run`)).output).toMatch(/^Nothing would change\.\n/);
    expect([
      here.release.calls().filter((call) => call.startsWith("upgrade")).length,
      here.cluster.changes.length,
    ]).toEqual([calls, changes]);
  });

  test("with other domains upgrades it, and takes back the domain that it set itself alone", async () => {
    await using here = await openReleasePlace();
    await here.run(`${installLine} --yes`);
    await curl(`${here.server.url}/domains`, { body: "by-hand.io" });
    putFile(here, "config.yaml", readFileSync(join(here.folder, "config.yaml"), "utf8").replace("dtk.io", "my.io"));
    const { exitCode, talk } = await here.run(installLine);
    expect(exitCode).toBe(0);
    expect(talk).toContain("Server: remove the domain dtk.io.\nServer: manage my.io.\n");
    expect(talk).toContain("Upgrading ExternalDNS");
    expect(await here.atServer("/domains")).toEqual(["by-hand.io", "my.io"]);
  });

  test.each([
    ["a value of the user's own", () => undefined, " --set=logLevel=debug"],
    ["a file of values", (here: ReleasePlace) => putFile(here, "own.yaml", "a: 1\n"), " --values=own.yaml"],
    ["another chart", (here: ReleasePlace) => putFile(here, "chart/README.md", "It is another one.\n"), ""],
    ["a release that somebody else upgraded", (here: ReleasePlace) => putRevision(here, 2), ""],
    ["a Deployment that is gone", (here: ReleasePlace) => here.cluster.objects.delete(deploymentPath), ""],
  ])("with %s upgrades it", async (_, change, flags) => {
    await using here = await openReleasePlace();
    await here.run(`${installLine} --yes`);
    change(here);
    await here.run(installLine + flags);
    expect(here.release.calls().filter((call) => call.startsWith("upgrade"))).toHaveLength(2);
  });

  test("under another name forgets the old one at the server", async () => {
    await using here = await openReleasePlace();
    await here.run(`${installLine} --yes`);
    const { exitCode, talk } = await here.run(`${installLine} --cluster=kind-a`);
    expect([exitCode, talk]).toEqual([0, expect.stringContaining("Server: forget the cluster default.\n")]);
    expect(here.release.values()).toContain("/clusters/kind-a\n");
    expect([await here.atServer("/domains"), await here.atServer("/clusters/kind-a/domains")]).toEqual([
      [],
      ["dtk.io"],
    ]);
  });
});

describe("before something of others is changed, a person is asked", () => {
  const foreign = (here: ReleasePlace): void => {
    here.cluster.objects.set(namespacePath, { metadata: { name: "external-dns" } });
    putRevision(here, 4);
  };
  const rival = async (here: ReleasePlace): Promise<void> => {
    await curl(`${here.server.url}/clusterip`, { body: "192.0.2.9" });
    await curl(`${here.server.url}/records`, { headers: { accept: webhookMediaType } });
  };
  const watched = async (here: ReleasePlace): Promise<void> => here.report();

  test.each<[string, (here: ReleasePlace) => unknown, string]>([
    [
      "a release that dtk did not make",
      foreign,
      "There is a release external-dns in the namespace external-dns that dtk did not make",
    ],
    [
      "another cluster under the same name",
      rival,
      "The server has a cluster default already, at 192.0.2.9, which called last at",
    ],
    ["a watcher that feeds the cluster", watched, "ExternalDNS would hand in its names a second time."],
    [
      "a cluster that is left to a watcher",
      (here) => here.configure("feed: watch"),
      "as dns.feed is watch. ExternalDNS would be a second feed.",
    ],
  ])("%s: a no changes nothing", async (_, prepare, question) => {
    await using here = await openReleasePlace();
    await prepare(here);
    typing("n");
    const { exitCode, talk } = await here.run(installLine);
    expect(talk).toContain(question);
    expect(exitCode).toBe(1);
    expect([here.cluster.changes, here.release.calls()]).toEqual([[], []]);
  });

  test("with --yes it is done", async () => {
    await using here = await openReleasePlace();
    foreign(here);
    expect((await here.run(`${installLine} --yes`)).exitCode).toBe(0);
    expect(here.release.calls()).toHaveLength(1);
  });
});

describe("a failure", () => {
  test("of Helm is said in its words, and what the server was told can be taken back", async () => {
    await using here = await openReleasePlace();
    here.release.fail("Error: the chart is broken\n");
    const { exitCode, output, talk } = await here.run(`${installLine} --yes`);
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain("dtk: helm upgrade --install failed: Error: the chart is broken");
    expect(await here.atServer("/domains")).toEqual(["dtk.io"]);
    const removed = await here.run("uninstall-addon external-dns --yes");
    expect(removed.exitCode).toBe(0);
    expect(await here.atServer("/domains")).toEqual([]);
    expect(here.cluster.objects.has(namespacePath)).toBe(false);
  });

  test.each<[string, object, string, string]>([
    [
      "a pod that ends again and again",
      {
        containerStatuses: [
          {
            restartCount: 3,
            state: { waiting: { reason: "CrashLoopBackOff" } },
            lastState: { terminated: { exitCode: 2 } },
          },
        ],
      },
      "ExternalDNS in pod external-dns-1 ends again and again: it ended 4 times with exit code 2.",
      "kubectl -n external-dns logs deployment/external-dns",
    ],
    [
      "an image that cannot be pulled",
      {
        containerStatuses: [
          { restartCount: 0, state: { waiting: { reason: "ErrImagePull", message: "no such image" } } },
        ],
      },
      "The image of ExternalDNS cannot be pulled: no such image",
      "Your own --values may name another image.",
    ],
  ])("is %s: it is said at once, exit 1", async (_, pod, message, hint) => {
    await using here = await openReleasePlace();
    here.release.pod = pod;
    const { exitCode, talk } = await here.run(`${installLine} --yes`);
    expect(exitCode).toBe(1);
    expect(talk).toContain(`dtk: ${message}`);
    expect(talk).toContain(hint);
  });

  test("of a values file is wrong usage, before anything is changed", async () => {
    await using here = await openReleasePlace();
    const { exitCode, talk } = await here.run(`${installLine} --values=nowhere.yaml --yes`);
    expect([exitCode, talk]).toEqual([2, expect.stringContaining("The values file nowhere.yaml cannot be read")]);
    expect(here.cluster.changes).toEqual([]);
  });
});

describe("with a token", () => {
  const adminToken = "an-admin-token-of-some-length";

  test("the cluster gets its own in a Secret, and neither Helm nor the record sees one", async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, "token");
    writeFileSync(file, `${adminToken}\n`, { mode: 0o600 });
    await using here = await openDTKPlace(`--token-file=${file}`);
    const derived = webhookToken(adminToken, defaultCluster);
    const release = simulateRelease(here, () => `Bearer ${derived}`);
    const { exitCode, talk } = await here.run(`${installLine} --token-file=${file} --yes`);
    expect(talk).toContain("Putting the webhook token into a Secret.");
    expect(exitCode).toBe(0);
    const secret = here.cluster.objects.get(`${namespacePath}/secrets/hostsfile-server-webhook`);
    expect(secret?.["data"]).toEqual({ token: Buffer.from(derived).toString("base64") });
    expect(release.values()).toContain(`http://default:$(TOKEN)@127.0.0.1:${here.server.port}`);
    const others = [...here.cluster.objects].filter(([path]) => !path.endsWith("/hostsfile-server-webhook"));
    const seen = JSON.stringify([release.values(), release.calls(), others, talk]);
    for (const token of [adminToken, derived]) expect(seen).not.toContain(token);
    const removed = await here.run(`uninstall-addon external-dns --token-file=${file} --yes`);
    expect(removed.output).toContain("Removed the Secret with the token.\n");
  });
});
