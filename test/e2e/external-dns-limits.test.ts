/** A resource that passes a limit: the real ExternalDNS neither ends nor posts again and again, and all other names are shown. */
import { expect, test } from "vitest";
import { dnsEndpoint, ingress } from "../cluster/resources.ts";
import { openScene } from "../cluster/scene.ts";

/** Some 90 kB as JSON, more than a record may have. */
const tooMany = Array.from({ length: 6000 }, (_, index) => `10.1.${index >> 8}.${index & 255}`);

test("a record that is too large is left out, reported, and comes once it is small enough", async () => {
  await using scene = await openScene({ sources: ["ingress", "crd"] });
  const { namespace, shows, server, externalDNS } = scene;
  await namespace.apply(dnsEndpoint("large", [{ dnsName: "large.dtk.io", recordType: "A", targets: tooMany }]));
  await namespace.apply(ingress({ name: "other", hosts: ["other.dtk.io"] }));
  await shows("other.dtk.io");
  await externalDNS.settled();
  const { leftOut, attention } = await server.status();
  expect(leftOut.list).toMatchObject([{ name: "large.dtk.io", reason: "record-too-large" }]);
  expect(attention.map(({ code }) => code)).toContain("record-too-large");
  await namespace.apply(
    dnsEndpoint("large", [{ dnsName: "large.dtk.io", recordType: "A", targets: tooMany.slice(0, 10) }]),
  );
  await shows("large.dtk.io", "other.dtk.io");
  await namespace.apply(dnsEndpoint("large", [{ dnsName: "large.dtk.io", recordType: "A", targets: tooMany }]));
  await shows("other.dtk.io");
  await externalDNS.settled();
  expect(externalDNS.exits).toEqual([]);
});
