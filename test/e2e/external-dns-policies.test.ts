/** ExternalDNS's registries and policies: each must settle, and each must do what its documentation says. */
import { describe, expect, test } from "vitest";
import { userLines } from "../cluster/desktop.ts";
import { ingress } from "../cluster/resources.ts";
import { openScene } from "../cluster/scene.ts";

const first = ingress({ name: "test", hosts: ["first.dtk.io"] });
const second = ingress({ name: "test", hosts: ["second.dtk.io"] });

describe.concurrent.each(["txt", "noop"] as const)("registry %s", (registry) => {
  test("with policy sync: names come and go, and the user's own lines stay", async () => {
    await using scene = await openScene({ registry });
    const { namespace, shows, desktop } = scene;
    await namespace.apply(first);
    await shows("first.dtk.io");
    await namespace.apply(second);
    await shows("second.dtk.io");
    await namespace.remove("ingress", "test");
    await shows();
    expect(await desktop.hosts()).toBe(userLines);
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test.each(["upsert-only", "create-only"] as const)("with policy %s: names stay", async (policy) => {
    await using scene = await openScene({ registry, policy });
    const { namespace, shows } = scene;
    await namespace.apply(first);
    await shows("first.dtk.io");
    await namespace.apply(second);
    await shows("first.dtk.io", "second.dtk.io");
    await namespace.remove("ingress", "test");
    await shows("first.dtk.io", "second.dtk.io");
    expect(scene.externalDNS.exits).toEqual([]);
  });
});

describe.concurrent("with --targets=record, a changed target", () => {
  const flags = ["--cluster-ip=192.168.122.167", "--domains=dtk.io", "--targets=record"];
  const changed = { "upsert-only": "192.0.2.2", "create-only": "192.0.2.1" } as const;

  test.each(["upsert-only", "create-only"] as const)("under policy %s", async (policy) => {
    await using scene = await openScene({ policy, flags });
    const { namespace, showsLines, externalDNS } = scene;
    await namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"], target: "192.0.2.1" }));
    await showsLines("192.0.2.1 foo.dtk.io");
    await namespace.apply(ingress({ name: "test", hosts: ["foo.dtk.io"], target: "192.0.2.2" }));
    await externalDNS.settled();
    await externalDNS.settled();
    await showsLines(`${changed[policy]} foo.dtk.io`);
    expect(scene.externalDNS.exits).toEqual([]);
  });
});
