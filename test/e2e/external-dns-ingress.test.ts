/** The guide's main job with real parts: an Ingress comes, changes and goes, and the hosts file follows. */
import { describe, expect, test } from "vitest";
import { openDesktop, userLines } from "../cluster/desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { openNamespace } from "../cluster/kubernetes.ts";
import { guideIngress, ingress } from "../cluster/resources.ts";
import { clusterIP, startServer } from "../cluster/server.ts";
import { externalDNSVersions } from "../cluster/tools.ts";

describe.each(externalDNSVersions)("ExternalDNS %s", (version) => {
  test("keeps the hosts file in step with the guide's Ingress until it is gone", async () => {
    await using desktop = await openDesktop();
    const namespace = await openNamespace();
    await using server = await startServer({ desktop });
    await using externalDNS = await startExternalDNS({ version, namespace, url: server.url });
    const shows = async (...names: readonly string[]): Promise<void> => {
      const lines = names.map((name) => `${clusterIP} ${name}`);
      await eventually(async () => expect(await desktop.added()).toEqual(lines));
      await externalDNS.settled();
      expect(await desktop.added()).toEqual(lines);
    };

    await namespace.apply(guideIngress);
    await shows("foo.dtk.io");
    await namespace.apply(ingress({ name: "test", hosts: ["renamed.dtk.io"] }));
    await shows("renamed.dtk.io");
    await namespace.apply(ingress({ name: "test", hosts: ["bar.dtk.io", "foo.mydomain.io"] }));
    await shows("bar.dtk.io", "foo.mydomain.io");
    await namespace.apply(ingress({ name: "apex", hosts: ["dtk.io"] }));
    await shows("bar.dtk.io", "dtk.io", "foo.mydomain.io");
    await namespace.apply(ingress({ name: "unmanaged", hosts: ["foo.evildtk.io", "example.com"] }));
    await shows("bar.dtk.io", "dtk.io", "foo.mydomain.io");
    await namespace.remove("ingress", "test");
    await shows("dtk.io");
    await namespace.remove("ingress", "apex");
    await shows();

    expect(await desktop.hosts()).toBe(userLines);
    expect(externalDNS.exits, externalDNS.log()).toEqual([]);
  });
});
