/** The guide's main job with real parts: an Ingress comes, changes and goes, and the hosts file follows. */
import { describe, expect, test } from "vitest";
import { userLines } from "../cluster/desktop.ts";
import { guideIngress, ingress } from "../cluster/resources.ts";
import { openScene } from "../cluster/scene.ts";
import { externalDNSVersions } from "../cluster/tools.ts";

describe.concurrent.each(externalDNSVersions)("ExternalDNS %s", (version) => {
  test("keeps the hosts file up to date with the guide's Ingress until it is gone", async () => {
    await using scene = await openScene({ version });
    const { namespace, shows, desktop, externalDNS } = scene;
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
    expect(externalDNS.exits).toEqual([]);
  });
});

describe.concurrent("an Ingress", () => {
  test("that is changed from an address to a name keeps its line", async () => {
    await using scene = await openScene();
    const { namespace, shows } = scene;
    await namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"], target: "192.0.2.7" }));
    await shows("foo.dtk.io");
    await namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"], target: "foo.dtk.io" }));
    await shows("foo.dtk.io");
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test("with a TTL, a set identifier and another provider's annotation settles", async () => {
    await using scene = await openScene({ version: "v0.19.0" });
    const prefix = "external-dns.alpha.kubernetes.io";
    const annotations = {
      [`${prefix}/ttl`]: "1h",
      [`${prefix}/set-identifier`]: "blue",
      [`${prefix}/aws-weight`]: "10",
      [`${prefix}/cloudflare-proxied`]: "true",
    };
    await scene.namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"], annotations }));
    await scene.shows("foo.dtk.io");
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test("whose label is 63 octets long comes and goes", async () => {
    await using scene = await openScene();
    const { namespace, shows, desktop } = scene;
    const name = `${"x".repeat(63)}.dtk.io`;
    await namespace.apply(ingress({ name: "test", hosts: [name] }));
    await shows(name);
    await namespace.remove("ingress", "test");
    await shows();
    expect(await desktop.hosts()).toBe(userLines);
    expect(scene.externalDNS.exits).toEqual([]);
  });
});
