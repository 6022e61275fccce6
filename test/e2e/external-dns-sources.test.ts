/** Names that come from a Service or a DNSEndpoint instead of an Ingress. */
import { describe, expect, test } from "vitest";
import { annotatedService, dnsEndpoint } from "../cluster/resources.ts";
import { openScene } from "../cluster/scene.ts";
import { clusterIP } from "../cluster/server.ts";

describe.concurrent("a source", () => {
  test("Service: a host name annotation comes and goes", async () => {
    await using scene = await openScene({ sources: ["service"] });
    const { namespace, shows } = scene;
    await namespace.apply(annotatedService({ name: "web", host: "web.dtk.io,www.dtk.io", target: "192.0.2.1" }));
    await shows("web.dtk.io", "www.dtk.io");
    await namespace.remove("service", "web");
    await shows();
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test("DNSEndpoint: names in any spelling get the cluster IP, a wildcard is reported and harms nothing", async () => {
    await using scene = await openScene({ sources: ["crd"] });
    const { namespace, shows, server } = scene;
    await namespace.apply(
      dnsEndpoint("names", [
        { dnsName: "many.dtk.io", recordType: "A", targets: ["192.0.2.1", "192.0.2.2"], recordTTL: 60 },
        { dnsName: "Alias.DTK.io.", recordType: "CNAME", targets: ["many.dtk.io."] },
        { dnsName: "*.dtk.io", recordType: "A", targets: ["192.0.2.3"] },
      ]),
    );
    await shows("alias.dtk.io", "many.dtk.io");
    const { sinks } = await server.status();
    expect(sinks[0]?.refused?.list).toMatchObject([{ name: "*.dtk.io", reason: "wildcard" }]);
    await namespace.remove("dnsendpoint", "names");
    await shows();
    expect(scene.externalDNS.exits).toEqual([]);
  });

  test("DNSEndpoint with --targets=record: the records' own addresses, all of them, both families", async () => {
    const flags = [`--cluster-ip=${clusterIP}`, "--domains=dtk.io", "--targets=record"];
    await using scene = await openScene({ sources: ["crd"], flags });
    const { namespace, showsLines, externalDNS } = scene;
    await namespace.apply(
      dnsEndpoint("names", [
        { dnsName: "many.dtk.io", recordType: "A", targets: ["192.0.2.2", "192.0.2.1"], recordTTL: 60 },
        { dnsName: "many.dtk.io", recordType: "AAAA", targets: ["2001:db8::1"] },
        { dnsName: "alias.dtk.io", recordType: "CNAME", targets: ["many.dtk.io"] },
        { dnsName: "outside.dtk.io", recordType: "CNAME", targets: ["example.com"] },
      ]),
    );
    await showsLines(
      "192.0.2.1 alias.dtk.io",
      "192.0.2.2 alias.dtk.io",
      "2001:db8::1 alias.dtk.io",
      "192.0.2.1 many.dtk.io",
      "192.0.2.2 many.dtk.io",
      "2001:db8::1 many.dtk.io",
      `${clusterIP} outside.dtk.io`,
    );
    await externalDNS.settled();
    expect(scene.externalDNS.exits).toEqual([]);
  });
});
