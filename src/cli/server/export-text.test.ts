/** What other programs read is exactly what they can read. */
import { expect, test } from "vitest";
import { namesSchema } from "../../contract/names.ts";
import { renderExport } from "./export-text.ts";

const names = {
  names: [
    { name: "bar.dtk.io", addresses: ["192.0.2.7"], cluster: "kind-a", resource: null },
    { name: "foo.dtk.io", addresses: ["192.0.2.7", "fd00::7"], cluster: "default", resource: "ingress/default/test" },
  ],
};

test("hosts: one address and one name a line", () => {
  expect(renderExport(names, "hosts")).toBe("192.0.2.7 bar.dtk.io\n192.0.2.7 foo.dtk.io\nfd00::7 foo.dtk.io\n");
});

test("dnsmasq: one record for each address, which says nothing about names under it", () => {
  expect(renderExport(names, "dnsmasq")).toBe(
    "host-record=bar.dtk.io,192.0.2.7\nhost-record=foo.dtk.io,192.0.2.7\nhost-record=foo.dtk.io,fd00::7\n",
  );
});

test("json: all that is known, as the server says it", () => {
  expect(namesSchema.parse(JSON.parse(renderExport(names, "json")))).toEqual(names);
});

test("a wildcard and other records are in the JSON alone", () => {
  const records = [{ type: "TXT", targets: ["a"] }];
  const common = { cluster: "default", resource: null, sinks: ["zone"] };
  const odd = {
    names: [
      { ...common, name: "*.dtk.io", addresses: ["192.0.2.7"] },
      { ...common, name: "_x.dtk.io", addresses: [], records },
    ],
  };
  expect([renderExport(odd, "hosts"), renderExport(odd, "dnsmasq")]).toEqual(["", ""]);
  expect(JSON.parse(renderExport(odd, "json"))).toEqual(odd);
});

test("without names there are no lines", () => {
  expect([renderExport({ names: [] }, "hosts"), renderExport({ names: [] }, "dnsmasq")]).toEqual(["", ""]);
});
