/** `dtk dns-in-cluster` as a user runs it: CoreDNS is told to ask the responder, no longer, or not at all. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { k3sCorefile, kubeadmCorefile } from "../../../test/support/corefiles.ts";
import { freeDNSPort } from "../../../test/support/dns-client.ts";
import { type DTKPlace, openDTKPlace } from "../../../test/support/dtk-place.ts";
import { curl } from "../../../test/support/http.ts";
import { typing } from "../../../test/support/typing.ts";

afterEach(() => void vi.restoreAllMocks());

const maps = "/api/v1/namespaces/kube-system/configmaps";
const [main, custom] = [`${maps}/coredns`, `${maps}/coredns-custom`];

interface Scene extends DTKPlace {
  /** The responder as the cluster reaches it. */
  readonly responder: string;
  readonly corefile: () => unknown;
}

/** A cluster with this Corefile, and a server with a responder that manages dtk.io. */
async function scene(corefile = kubeadmCorefile): Promise<Scene> {
  const port = await freeDNSPort();
  const responder = `127.0.0.1:${port}`;
  const place = await openDTKPlace(`--dns-listen=${responder}`);
  await curl(`${place.server.url}/domains`, { body: "dtk.io" });
  putMap(place, main, { Corefile: corefile });
  const dataOf = (): Readonly<Record<string, unknown>> => place.cluster.objects.get(main)?.["data"] as never;
  return { ...place, responder, corefile: () => dataOf()["Corefile"] };
}

function putMap(
  { cluster }: DTKPlace,
  path: string,
  data: Readonly<Record<string, string>>,
  resourceVersion = "7",
): void {
  cluster.objects.set(path, { metadata: { name: path.slice(maps.length + 1), resourceVersion }, data });
}

describe("telling it", () => {
  test("puts a block before what is there, says where, and a second run changes nothing", async () => {
    await using here = await scene();
    const told = `asks ${here.responder} about dtk.io (ConfigMap coredns).`;
    expect(await here.run("dns-in-cluster --yes")).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining(`The cluster's DNS now ${told}\nCoreDNS notices within two minutes.\n`),
    });
    expect(here.corefile()).toMatch(
      new RegExp(`^# BEGIN .*\\ndtk\\.io:53 \\{\\n {4}errors\\n {4}forward \\. ${here.responder}\\n`),
    );
    expect(String(here.corefile()).endsWith(kubeadmCorefile)).toBe(true);
    expect(here.cluster.changes).toEqual([`PATCH ${main}`]);
    const again = await here.run("dns-in-cluster");
    expect(again).toMatchObject({ exitCode: 0, output: expect.stringContaining(`The cluster's DNS already ${told}`) });
    expect(here.cluster.changes).toHaveLength(1);
  });

  test("makes the ConfigMap for additions where the Corefile imports it, and leaves the Corefile", async () => {
    await using here = await scene(k3sCorefile);
    expect((await here.run("dns-in-cluster --yes")).output).toContain("(ConfigMap coredns-custom).");
    expect(here.corefile()).toBe(k3sCorefile);
    expect(here.cluster.objects.get(custom)).toMatchObject({
      metadata: { labels: { "app.kubernetes.io/managed-by": "dtk" } },
      data: { "hostsfile-server.server": expect.stringContaining("dtk.io:53 {") },
    });
    expect(here.cluster.changes).toEqual([`POST ${maps}`]);
  });

  test("as JSON says what was changed, and nothing else is printed", async () => {
    await using here = await scene();
    const { output, talk } = await here.run("dns-in-cluster --yes --json --quiet");
    expect(talk).toBe("");
    expect(JSON.parse(output)).toMatchObject({
      changed: true,
      configMap: "coredns",
      domains: ["dtk.io"],
      responder: here.responder,
    });
    expect(JSON.parse((await here.run("dns-in-cluster --json --quiet")).output)).toMatchObject({ changed: false });
  });

  test("with --quiet prints nothing", async () => {
    await using here = await scene();
    expect(await here.run("dns-in-cluster --yes --quiet")).toEqual({ exitCode: 0, output: "", talk: "" });
    expect(here.cluster.changes).toHaveLength(1);
  });
});

describe("a dry run", () => {
  test("shows the difference and changes nothing, although nobody was asked", async () => {
    await using here = await scene();
    const { exitCode, output } = await here.run("dns-in-cluster --dry-run");
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^--- coredns\/Corefile\s/);
    expect(output).toContain(`\n+    forward . ${here.responder}\n`);
    expect(here.cluster.changes).toEqual([]);
    expect(here.corefile()).toBe(kubeadmCorefile);
  });

  test("as JSON has each change with the text before and after", async () => {
    await using here = await scene();
    const { output } = await here.run("dns-in-cluster --dry-run --json");
    expect(JSON.parse(output)).toMatchObject({
      changed: false,
      changes: [
        { place: { configMap: "coredns", key: "Corefile" }, before: kubeadmCorefile, after: expect.any(String) },
      ],
    });
  });

  test("of what is so already says that nothing would change", async () => {
    await using here = await scene();
    await here.run("dns-in-cluster --yes");
    expect((await here.run("dns-in-cluster --dry-run")).output).toBe("Nothing would change.\n");
  });
});

describe("a person", () => {
  test("is asked with the key that changes, and a no changes nothing", async () => {
    await using here = await scene();
    typing("n");
    const { exitCode, talk } = await here.run("dns-in-cluster");
    expect(exitCode).toBe(1);
    expect(talk).toContain("This changes the cluster's DNS: the key Corefile of the ConfigMap coredns. Go on? [y/N]");
    expect(here.cluster.changes).toEqual([]);
  });

  test("who is not there is named as the reason, with --yes", async () => {
    await using here = await scene();
    expect(await here.run("dns-in-cluster")).toMatchObject({ exitCode: 2, talk: expect.stringContaining("add --yes") });
    expect(here.cluster.changes).toEqual([]);
  });
});

describe("taking it away", () => {
  test("leaves the Corefile byte for byte as it was, without a server", async () => {
    await using here = await scene();
    await here.run("dns-in-cluster --yes");
    await here.server.stop();
    expect(await here.run("dns-in-cluster --remove --yes")).toMatchObject({
      exitCode: 0,
      output: "The cluster's DNS no longer asks the server.\nCoreDNS notices within two minutes.\n",
    });
    expect(here.corefile()).toBe(kubeadmCorefile);
  });

  test("removes the ConfigMap that was made for it, but not one with something else in it", async () => {
    await using here = await scene(k3sCorefile);
    await here.run("dns-in-cluster --yes");
    await here.run("dns-in-cluster --remove --yes");
    expect(here.cluster.objects.has(custom)).toBe(false);
    putMap(here, custom, { "mine.server": "mine.io:53 {\n}\n" });
    await here.run("dns-in-cluster --yes");
    await here.run("dns-in-cluster --remove --yes");
    expect(here.cluster.objects.get(custom)?.["data"]).toEqual({ "mine.server": "mine.io:53 {\n}\n" });
  });

  test("of what is not there is fine, and asks nobody", async () => {
    await using here = await scene();
    expect(await here.run("dns-in-cluster --remove")).toEqual({
      exitCode: 0,
      output: "There is nothing of dtk in the cluster's DNS.\n",
      talk: "",
    });
    const { output } = await here.run("dns-in-cluster --remove --json");
    expect(JSON.parse(output)).toEqual({ changed: false, configMap: null, domains: [], responder: null, firewall: [] });
  });
});

describe("what keeps it from being done is one sentence, and nothing was changed", () => {
  test.each<[string, (here: Scene) => unknown, string]>([
    [
      "a block that was changed by hand",
      (here) => putMap(here, main, { Corefile: `# BEGIN hostsfile-server\n${kubeadmCorefile}` }),
      "the block was changed by hand",
    ],
    [
      "a zone that somebody else serves",
      (here) => putMap(here, main, { Corefile: `dtk.io:53 {\n}\n${kubeadmCorefile}` }),
      "dtk.io",
    ],
    ["a cluster without CoreDNS", (here) => here.cluster.objects.delete(main), "no ConfigMap coredns"],
    [
      "a domain that the server does not manage",
      async (here) => curl(`${here.server.url}/domains/dtk.io`, { method: "DELETE" }),
      "does not answer on 127.0.0.1",
    ],
  ])("%s", async (_, prepare, sentence) => {
    await using here = await scene();
    await prepare(here);
    const { exitCode, output, talk } = await here.run("dns-in-cluster --yes");
    expect([exitCode, output]).toEqual([3, ""]);
    expect(talk).toContain(sentence);
    expect(talk).not.toMatch(/\bat .*\.ts:\d/);
    expect(here.cluster.changes).toEqual([]);
  });

  test("a server whose responder does not listen where the cluster would ask", async () => {
    await using place = await openDTKPlace();
    putMap(place, main, { Corefile: kubeadmCorefile });
    const { exitCode, talk } = await place.run("dns-in-cluster --yes");
    expect(exitCode).toBe(3);
    expect(talk).toContain("The DNS responder does not listen on 127.0.0.1");
    expect(talk).toContain("--dns-listen=127.0.0.1");
  });

  test("a team server, which answers no DNS queries", async () => {
    await using here = await scene();
    const { exitCode, output, talk } = await here.run(
      `dns-in-cluster --yes --team=${here.server.url} --cluster=kind-a`,
    );
    expect([exitCode, output]).toEqual([2, ""]);
    expect(talk).toContain("dtk: A team server answers no DNS queries");
    expect(here.cluster.changes).toEqual([]);
  });

  test("somebody else changed the ConfigMap in between", async () => {
    await using here = await scene();
    here.cluster.beforeAnswer = (request) => {
      if (request.startsWith("PATCH")) putMap(here, main, { Corefile: "mine" }, "8");
    };
    const { exitCode, talk } = await here.run("dns-in-cluster --yes");
    expect([exitCode, talk]).toEqual([3, expect.stringContaining("with 409: the object has been modified")]);
    expect(here.corefile()).toBe("mine");
  });
});
