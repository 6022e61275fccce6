/** Zone files: what is written for each kind of record, and where zones lie within each other. */
import { expect, test } from "vitest";
import { viewOfClusters, viewOfRecords } from "../../test/support/view.ts";
import { finish } from "../base/steps.ts";
import type { View } from "./view.ts";
import { zoneTextInSteps } from "./zone-text.ts";
import { zonesInSteps } from "./zone.ts";

function text(view: View): string {
  return finish(zoneTextInSteps(finish(zonesInSteps(view)), 7));
}

const heading = (domain: string): string => `$ORIGIN ${domain}.
$TTL 1
${domain}. 1 IN SOA localhost. nobody.invalid. 7 3600 600 86400 1
${domain}. 1 IN NS localhost.
`;

test("every type in the form of a zone file, with what has a meaning there escaped", () => {
  const view = viewOfRecords(
    ["*.dtk.io", "A", "192.0.2.7"],
    ["a;b$.dtk.io", "AAAA", "2001:db8::7"],
    ["foo.dtk.io", "TXT", 'say "x" \\ ü'],
    ["foo.dtk.io", "MX", "10 mail.dtk.io"],
    ["foo.dtk.io", "SRV", "0 0 0 ."],
    ["foo.dtk.io", "NAPTR", '100 10 "u" "E2U+sip" "!^.*$!sip:i@x!" .'],
    ["sub.dtk.io", "NS", "ns.dtk.io"],
    ["waits.dtk.io", "A", "never-usable.example.com"],
  );
  expect(text(view)).toBe(`${heading("dtk.io")}*.dtk.io. 1 IN A 192.0.2.7
a\\059b\\036.dtk.io. 1 IN AAAA 2001:db8::7
foo.dtk.io. 1 IN MX 10 mail.dtk.io.
foo.dtk.io. 1 IN NAPTR 100 10 "u" "E2U+sip" "!^.*$!sip:i@x!" .
foo.dtk.io. 1 IN SRV 0 0 0 .
foo.dtk.io. 1 IN TXT "say \\034x\\034 \\092 \\195\\188"
sub.dtk.io. 1 IN TYPE65534 \\# 0
waits.dtk.io. 1 IN TYPE65534 \\# 0
`);
});

test("a zone within another is delegated there", () => {
  const view = viewOfClusters(
    { records: [["x.a.b.dtk.io", "A", "192.0.2.1"]], domains: ["dtk.io", "example.com"] },
    { records: [["*.b.dtk.io", "A", "192.0.2.2"]], domains: ["b.dtk.io"] },
  );
  expect(text(view)).toBe(`${heading("b.dtk.io")}*.b.dtk.io. 1 IN A 192.0.2.2
x.a.b.dtk.io. 1 IN A 192.0.2.1

${heading("dtk.io")}b.dtk.io. 1 IN NS localhost.

${heading("example.com")}`);
});
