/** Several clusters on one server, and domains that come and go while ExternalDNS runs. */
import { describe, expect, test } from "vitest";
import { openDesktop, userLines } from "../cluster/desktop.ts";
import { startExternalDNS } from "../cluster/external-dns.ts";
import { ingress } from "../cluster/resources.ts";
import { linesAre, openScene, openTestNamespace } from "../cluster/scene.ts";
import { startServer } from "../cluster/server.ts";

const addresses = { a: "192.0.2.10", b: "192.0.2.20" };
const wanted = ingress({ name: "test", hosts: ["foo.dtk.io"] });

describe.concurrent("clusters", () => {
  test("that want one name: the first keeps it, the other gets it once it is free, and both settle", async () => {
    await using desktop = await openDesktop();
    const [namespaceA, namespaceB] = await Promise.all([openTestNamespace(), openTestNamespace()]);
    await using server = await startServer({ desktop, flags: [] });
    for (const [name, address] of Object.entries(addresses)) {
      expect((await server.request("POST", `/clusters/${name}/domains`, "dtk.io")).status).toBe(200);
      expect((await server.request("POST", `/clusters/${name}/clusterip`, address)).status).toBe(200);
    }
    await using a = await startExternalDNS({ namespace: namespaceA, url: `${server.url}/clusters/a` });
    await using b = await startExternalDNS({ namespace: namespaceB, url: `${server.url}/clusters/b/` });
    const settled = async (): Promise<unknown> => Promise.all([a.settled(), b.settled()]);

    await namespaceB.apply(wanted);
    await linesAre(desktop, [`${addresses.b} foo.dtk.io`]);
    await namespaceA.apply(wanted);
    await settled();
    await linesAre(desktop, [`${addresses.b} foo.dtk.io`]);
    const { notShown, contested } = await server.status();
    expect(notShown.list).toMatchObject([{ name: "foo.dtk.io", cluster: "a", reason: "taken-by-other-cluster" }]);
    expect(contested.list).toEqual([{ name: "foo.dtk.io", holder: "b" }]);

    await namespaceB.remove("ingress", "test");
    await linesAre(desktop, [`${addresses.a} foo.dtk.io`]);
    await namespaceB.apply(wanted);
    await settled();
    await linesAre(desktop, [`${addresses.a} foo.dtk.io`]);

    await namespaceA.remove("ingress", "test");
    await namespaceB.remove("ingress", "test");
    await linesAre(desktop, []);
    await settled();
    expect(await desktop.hosts()).toBe(userLines);
    expect(a.exits).toEqual([]);
    expect(b.exits).toEqual([]);
  });
});

describe.concurrent("a managed domain", () => {
  test("that is removed takes its names along at once, and brings them back when it is added again", async () => {
    await using scene = await openScene();
    const { namespace, server, shows, externalDNS } = scene;
    await namespace.apply(
      ingress({ name: "one", hosts: ["foo.dtk.io"] }),
      ingress({ name: "two", hosts: ["foo.mydomain.io"] }),
    );
    await shows("foo.dtk.io", "foo.mydomain.io");
    expect((await server.request("DELETE", "/domains/dtk.io")).status).toBe(200);
    await shows("foo.mydomain.io");
    expect((await server.request("POST", "/domains", "dtk.io")).status).toBe(200);
    await shows("foo.dtk.io", "foo.mydomain.io");
    expect(externalDNS.exits).toEqual([]);
  });

  test("that is new needs a restart at the root path, which status says, and none under /clusters/NAME", async () => {
    await using scene = await openScene();
    const { desktop, namespace, server, shows } = scene;
    await server.request("POST", "/clusters/a/clusterip", addresses.a);
    await server.request("POST", "/clusters/a/domains", "dtk.io");
    const otherNamespace = await openTestNamespace();
    await using other = await startExternalDNS({ namespace: otherNamespace, url: `${server.url}/clusters/a` });
    await other.settled();
    await server.request("POST", "/domains", "new.io");
    await server.request("POST", "/clusters/a/domains", "new.io");
    await namespace.apply(ingress({ name: "test", hosts: ["root.new.io"] }));
    await otherNamespace.apply(ingress({ name: "test", hosts: ["named.new.io", "evildtk.io", "foo.evildtk.io"] }));
    await linesAre(desktop, [`${addresses.a} named.new.io`]);
    await other.settled();
    const { attention, leftOut } = await server.status();
    expect(attention).toContainEqual(expect.objectContaining({ command: expect.stringContaining("rollout restart") }));
    // ExternalDNS itself filters by the root path's domains, so under /clusters/NAME it is the server that must.
    expect(leftOut.list.map(({ name }) => name).toSorted()).toEqual(["evildtk.io", "foo.evildtk.io"]);

    await otherNamespace.remove("ingress", "test");
    await linesAre(desktop, []);
    await using restarted = await startExternalDNS({ namespace, url: server.url });
    await shows("root.new.io");
    expect(restarted.exits).toEqual([]);
  });

  test("a new cluster IP moves every line at once", async () => {
    await using scene = await openScene();
    const { desktop, namespace, server, shows, externalDNS } = scene;
    await namespace.apply(ingress({ name: "test", hosts: ["bar.dtk.io", "foo.dtk.io"] }));
    await shows("bar.dtk.io", "foo.dtk.io");
    await server.request("POST", "/clusterip", "192.0.2.30,2001:db8::30");
    await linesAre(desktop, [
      "192.0.2.30 bar.dtk.io",
      "2001:db8::30 bar.dtk.io",
      "192.0.2.30 foo.dtk.io",
      "2001:db8::30 foo.dtk.io",
    ]);
    await externalDNS.settled();
    expect(scene.externalDNS.exits).toEqual([]);
  });
});
