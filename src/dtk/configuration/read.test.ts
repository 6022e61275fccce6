/** config.yaml as users and Desktop Kubernetes write it, and everything that can be wrong with it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TroubleError } from "../../base/trouble.ts";
import { type FileValues, readConfiguration } from "./read.ts";

function read(text: string) {
  return readConfiguration({ path: "config.yaml", text });
}

/** The values without their places. */
function valuesOf(values: FileValues): Record<string, unknown> {
  const found = Object.entries(values).flatMap(([key, located]) => (located ? [[key, located.value]] : []));
  return Object.fromEntries(found);
}

function troubleOf(text: string): TroubleError {
  try {
    read(text);
  } catch (error) {
    if (error instanceof TroubleError) return error;
    throw error;
  }
  throw new Error("nothing is wrong with it");
}

describe("what is read", () => {
  test("the guide's section, with the place of each value", () => {
    const { values, addons } = read("dns:\n  domain: dtk.io\n  host-ip: 192.168.0.12\n  webhook-port: 5000\n");
    expect(values.domains).toEqual({ value: ["dtk.io"], place: { path: "config.yaml", line: 2, column: 11 } });
    expect(values.hostIP).toEqual({ value: "192.168.0.12", place: { path: "config.yaml", line: 3, column: 12 } });
    expect(values.port).toEqual({ value: 5000, place: { path: "config.yaml", line: 4, column: 17 } });
    expect(values.clusterIPs).toBeUndefined();
    expect(addons).toEqual([]);
  });

  test("a file of Desktop Kubernetes, whose other keys are left alone", () => {
    const text = [
      "virt: kvm",
      "addons:",
      "  - name: cilium",
      "    enabled: true",
      "  - name: ingress-nginx",
      "    enabled: false",
      "    ssl-passthrough: false",
      "  - name: external-dns",
      "    enabled: true",
      "k8s:",
      "  containerd-mirror:",
      "    config: |",
      '      [host."http://192.0.2.1:8080"]',
      "dns:",
      "  domain: dtk.io",
      "  host-ip:",
      "  webhook-port: 5000",
      "vms:",
      "  - name: vm1",
      "    ip: 200",
      "  - name: vm2",
      "cluster:",
    ].join("\n");
    const { values, addons } = read(text);
    expect(valuesOf(values)).toEqual({ domains: ["dtk.io"], port: 5000, virtualization: "kvm", firstVM: "vm1" });
    expect(addons).toEqual([
      { name: "cilium", isEnabled: true },
      { name: "ingress-nginx", isEnabled: false },
      { name: "external-dns", isEnabled: true },
    ]);
  });

  test("what Desktop Kubernetes adds when the cluster is made", () => {
    const { values } = read("dns: {domain: dtk.io}\ncluster:\n  admin-kubeconfig: /home/me/admin.kubeconfig\n");
    expect(values.kubeconfig?.value).toBe("/home/me/admin.kubeconfig");
  });

  test.each([
    ["dtk.io", ["dtk.io"]],
    ["DTK.io., mydomain.io", ["dtk.io", "mydomain.io"]],
    ["[dtk.io, mydomain.io]", ["dtk.io", "mydomain.io"]],
    ["\n    - dtk.io\n    - 'my.io,your.io'", ["dtk.io", "my.io", "your.io"]],
    ["bücher.example", ["xn--bcher-kva.example"]],
  ])("domain: %s", (text, expected) => {
    expect(read(`dns:\n  domain: ${text}\n`).values.domains?.value).toEqual(expected);
  });

  test.each([
    ["host-ip: fd00:122::1", "hostIP", "fd00:122::1"],
    ["host-ip: host.docker.internal", "hostIP", "host.docker.internal"],
    ['webhook-port: "5001"', "port", 5001],
    ["cluster-ip: 192.168.122.167", "clusterIPs", ["192.168.122.167"]],
    ["cluster-ip: fd00::7,192.0.2.7", "clusterIPs", ["192.0.2.7", "fd00::7"]],
    ["cluster-ip: [192.0.2.7, 'fd00::7']", "clusterIPs", ["192.0.2.7", "fd00::7"]],
    ["cluster: kind-a", "cluster", "kind-a"],
    ["cluster: 007", "cluster", "007"],
    ["feed: watch", "feed", "watch"],
    ["feed: external-dns", "feed", "external-dns"],
    ["targets: record", "targets", "record"],
    ["targets: auto", "targets", "auto"],
    ["token-file: ./token", "tokenFile", "./token"],
  ])("%s", (line, key, expected) => {
    expect(valuesOf(read(`dns:\n  domain: dtk.io\n  ${line}\n`).values)[key]).toEqual(expected);
  });

  test.each(["", "~", "null", '""', "[]", "[~]"])("a value left empty as %j counts as not given", (text) => {
    const { values } = read(`dns:\n  domain: dtk.io\n  cluster-ip: ${text}\n  host-ip:\ncluster:\nvms: []\n`);
    expect(valuesOf(values)).toEqual({ domains: ["dtk.io"] });
  });

  test("an alias means what it names", () => {
    const { values } = read("own: &own [dtk.io]\ndns:\n  domain: *own\n");
    expect(values.domains).toEqual({ value: ["dtk.io"], place: { path: "config.yaml", line: 1, column: 12 } });
  });

  test("Windows line ends and a byte order mark do no harm", () => {
    expect(read("\uFEFFdns:\r\n  domain: dtk.io\r\n").values.domains?.value).toEqual(["dtk.io"]);
  });
});

describe("add-ons", () => {
  test.each([
    ["[external-dns]", [{ name: "external-dns", isEnabled: true }]],
    ["[{name: external-dns}]", [{ name: "external-dns", isEnabled: true }]],
    ["[{name: external-dns, enabled: true}]", [{ name: "external-dns", isEnabled: true }]],
    ["[{name: external-dns, enabled: false, x: {y: z}}]", [{ name: "external-dns", isEnabled: false }]],
    ["[a, {name: b, enabled: False}, ~, {name: c, enabled: }]", [true, false, true]],
    ["", []],
  ])("%s", (list, expected) => {
    const { addons } = read(`dns: {domain: dtk.io}\naddons: ${list}\n`);
    const isShort = expected.every((each) => typeof each === "boolean");
    expect(isShort ? addons.map(({ isEnabled }) => isEnabled) : addons).toEqual(expected);
  });
});

describe("what is wrong", () => {
  test("is said at once, in the order of the file, with line, column, caret and what is expected", () => {
    const trouble = troubleOf(
      [
        "addons:",
        "  - name: cilium",
        "    enabled: maybe",
        "dns:",
        "  domain: dtk.io,*.io",
        "  webhook-port: 50000000",
        "\tcluster-ip: 192.0.2.1",
      ]
        .join("\n")
        .replace("\tcluster-ip", "  cluster-ip: [192.0.2.2,")
        .replace(": 192.0.2.1", " 192.0.2.1]"),
    );
    expect(trouble).toMatchObject({ code: "configuration-wrong", exitCode: 2 });
    expect(trouble.message).toBe(`config.yaml has 4 problems.
config.yaml:3:14: addons[0].enabled (cilium): expected true or false.
  3 |     enabled: maybe
    |              ^
config.yaml:5:11: dns.domain: "*.io" is not a domain name, for example dtk.io.
  5 |   domain: dtk.io,*.io
    |           ^
config.yaml:6:17: dns.webhook-port: "50000000" is not a port (1 to 65535).
  6 |   webhook-port: 50000000
    |                 ^
config.yaml:7:16: dns.cluster-ip: "192.0.2.2,192.0.2.1" is not an address, or one of each family.
  7 |   cluster-ip: [192.0.2.2, 192.0.2.1]
    |                ^`);
  });

  test.each([
    ["", "1:1: dns.domain is missing."],
    ["dns:\n", "1:1: dns.domain is missing."],
    ["# nothing yet\nvirt: kvm\ndns:\n  host-ip: 192.0.2.1\n", "4:3: dns.domain is missing."],
    ["virt: kvm\ndns:\n  domain:\n", "3:3: dns.domain is missing."],
    ["dns:\n  domain: []\n", "2:11: dns.domain is missing."],
    ["dns:\n  domain: ','\n", "2:11: dns.domain: expected a domain name"],
    ["dtk.io", "1:1: Expected keys with values, such as dns"],
    ["- dns", "1:1: Expected keys with values, such as dns"],
    ["dns: dtk.io", "1:6: dns: expected keys with values."],
    ["dns:\n  domain: {a: b}\n", "2:11: dns.domain: expected one value, a comma list or a YAML list."],
    ["dns:\n  domain: [a.io, [b.io]]\n", "2:18: dns.domain: expected one value"],
    ["dns:\n  domain: [dtk.io, '*.io']\n", '2:20: dns.domain: "*.io" is not a domain name'],
    ["dns: {domain: dtk.io, host-ip: [192.0.2.1]}", "1:32: dns.host-ip: expected one value."],
    ["dns: {domain: dtk.io, host-ip: 'http://x/'}", '1:32: dns.host-ip: "http://x/" is not an address or a host name.'],
    ["dns: {domain: dtk.io, host-ip: 300.0.0.1}", '1:32: dns.host-ip: "300.0.0.1" is not'],
    ["dns: {domain: dtk.io, webhook-port: 0}", '1:37: dns.webhook-port: "0" is not a port (1 to 65535).'],
    ["dns: {domain: dtk.io, webhook-port: 5e3}", '1:37: dns.webhook-port: "5e3" is not a port'],
    ["dns: {domain: dtk.io, cluster-ip: 0.0.0.0}", '1:35: dns.cluster-ip: "0.0.0.0" is not an address'],
    ["dns: {domain: dtk.io, cluster: Kind_A}", '1:32: dns.cluster: "Kind_A" is not a cluster'],
    ["dns: {domain: dtk.io, feed: both}", '1:29: dns.feed: "both" is not one of watch, external-dns.'],
    ["dns: {domain: dtk.io, targets: both}", '1:32: dns.targets: "both" is not one of auto, cluster, record.'],
    ["dns: {domain: dtk.io}\nvms: vm1\n", "2:6: vms: expected a list."],
    ["dns: {domain: dtk.io}\nvms: [vm1]\n", "2:7: vms[0]: expected keys with values."],
    ["dns: {domain: dtk.io}\ncluster: kind\n", "2:10: cluster: expected keys with values."],
    ["dns: {domain: dtk.io}\naddons: external-dns\n", "2:9: addons: expected a list of names."],
    [
      "dns: {domain: dtk.io}\naddons: [{nam: a}]\n",
      "2:10: addons[0]: expected a name, or a map with name and enabled.",
    ],
    ["dns: {domain: dtk.io}\naddons: [[a]]\n", "2:10: addons[0]: expected a name"],
    ["dns: {domain: dtk.io}\naddons: [{name: a, enabled: yes}]\n", "2:29: addons[0].enabled (a): expected true"],
    ["dns:\n\tdomain: dtk.io\n", "2:1: Tabs are not allowed as indentation."],
    ["dns: {domain: dtk.io}\ndns: {domain: dtk.io}\n", "2:1: Map keys must be unique."],
    ["dns: {domain: dtk.io}\n---\na: b\n", "2:1: "],
    ["dns:\n  domain: *nobody\n", "2:3: dns.domain is missing."],
    ["dns: &dns\n  domain: *dns\n", "2:3: dns.domain is missing."],
  ])("%j", (text, expected) => {
    expect(troubleOf(text).message).toContain(`config.yaml has a problem.\nconfig.yaml:${expected}`);
  });

  test("two problems of one comma list are two", () => {
    expect(troubleOf("dns:\n  domain: a_b.io,*.io\n").message).toMatch(/"a_b\.io" is not[\s\S]*"\*\.io" is not/);
  });

  test("the caret is under the spot after tabs", () => {
    expect(troubleOf("dns: {\t\tdomain: '*'}").message).toMatch(
      /\n {2}1 \| dns: \{\t\tdomain: '\*'\}\n {4}\| {7}\t\t {8}\^$/,
    );
  });

  test("nothing but a trouble comes out, whatever the text", () => {
    const piece = fc.constantFrom(
      "dns:",
      "\n",
      "  ",
      "domain: ",
      "dtk.io",
      "[",
      "]",
      "{",
      "}",
      "- ",
      "&a ",
      "*a",
      ",",
      '"',
      "addons:",
      "vms:",
      "cluster: ",
      ": ",
      "#",
      "|",
      "? ",
      "!!x ",
      "\t",
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          read(pieces.join(""));
        } catch (error) {
          expect(error).toBeInstanceOf(TroubleError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
