import { describe, expect, test } from "vitest";
import { k3sCorefile, kubeadmCorefile, minikubeCorefile } from "../../../test/support/corefiles.ts";
import { portOf, readCorefile } from "./corefile.ts";

describe("a Corefile", () => {
  test.each([
    ["kubeadm", kubeadmCorefile, []],
    ["minikube", minikubeCorefile, []],
    ["k3s", k3sCorefile, ["/etc/coredns/custom/*.server"]],
  ])("of %s", (_, text, imports) => {
    const corefile = readCorefile(text) ?? expect.fail();
    expect(corefile).toMatchObject({ zones: [{ zone: "", port: "53", line: 1 }], imports });
    expect(corefile.directives).toContainEqual(["kubernetes", "cluster.local", "in-addr.arpa", "ip6.arpa"]);
    expect(corefile.directives).toContainEqual(["reload"]);
    expect(corefile.directives.flat()).not.toContain("lameduck");
  });

  test.each([
    [". {\n}\n", [""]],
    ["Example.ORG. {\n}\n", ["example.org"]],
    ["dns://a.io:1053 b.io, c.io,\n d.io {\n}", ["a.io:1053", "b.io", "c.io", "d.io"]],
    ['# a.io {\nb.io { # c.io\n log "# } {"\n}\n', ["b.io"]],
    ["(common) {\n errors\n}\n10.0.0.0/8 tls://x.io a.io {\n import common\n}\n", ["a.io"]],
    ['a.io {\n template IN A {\n  answer "{{ .Name }} 60 IN A 192.0.2.1"\n }\n}\n.:53 {\n}\n', ["a.io", ""]],
  ])("%j serves %j", (text, zones) => {
    const short = readCorefile(text)?.zones.map(({ zone, port }) => (port === "53" ? zone : `${zone}:${port}`));
    expect(short).toEqual(zones);
  });

  test.each([
    ["", "nothing"],
    ["# a comment\n", "a comment alone"],
    [".:53\nforward . 192.0.2.1\n", "one server block without braces"],
    [".:53 {\n errors\n", "a brace that is not closed"],
    [".:53 {\n}\n}\n", "a brace that is not opened"],
    [".:53\n{\n}\n", "a brace on a line of its own"],
    ["(common) {\n errors\n}\n", "a snippet alone"],
  ])("%j takes no other server block: %s", (text) => {
    expect(readCorefile(text)).toBeUndefined();
  });

  test.each([
    ["a.io:1053 {\n}\n.:5353 {\n}\n", "5353"],
    ["a.io:1053 {\n}\n", "1053"],
  ])("the port of %j is %s", (text, port) => {
    expect(portOf(readCorefile(text) ?? expect.fail())).toBe(port);
  });
});
