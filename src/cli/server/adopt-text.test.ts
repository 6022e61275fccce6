/** The difference that a person judges. */
import { expect, test } from "vitest";
import { renderAdoption, renderSilent, renderStale } from "./adopt-text.ts";
import { plain } from "../terminal.ts";

const edits = [
  { line: 3, kind: "wanted", names: ["a.dtk.io"], before: "192.0.2.1 a.dtk.io", after: null },
  { line: 4, kind: "wanted", names: ["b.dtk.io"], before: "192.0.2.1 b.dtk.io nas", after: "192.0.2.1 nas" },
  { line: 9, kind: "stale", names: ["c.dtk.io"], before: "192.0.2.1 c.dtk.io\u001b[2J", after: null },
] as const;
const block = ["192.0.2.7 a.dtk.io", "192.0.2.7 b.dtk.io"];
const [first, second, stale] = edits.map((edit) => ({ ...edit, names: [...edit.names] }));

test("neighbouring lines are together, and the lines of the block come last", () => {
  const all = [first, second, stale].filter((edit) => edit !== undefined);
  const plan = { hostsFile: "/etc/hosts", dryRun: false, userPart: "0", edits: all, block, silent: [] };
  expect(renderAdoption(plan, plain)).toBe(`/etc/hosts
@@ lines 3 to 4 @@
-192.0.2.1 a.dtk.io
-192.0.2.1 b.dtk.io nas
+192.0.2.1 nas
@@ line 9 @@
-192.0.2.1 c.dtk.io\\u001b[2J
@@ managed block @@
+192.0.2.7 a.dtk.io
+192.0.2.7 b.dtk.io
`);
});

test("without wanted lines the block is not mentioned", () => {
  const plan = {
    hostsFile: "/etc/hosts",
    dryRun: false,
    userPart: "0",
    edits: stale === undefined ? [] : [stale],
    block: [],
    silent: [],
  };
  expect(renderAdoption(plan, plain)).not.toContain("managed block");
});

test("what stays says how it would go, and a silent cluster what to wait for", () => {
  expect(renderStale(stale === undefined ? [] : [stale])).toMatch(/--stale:\n {2}9: 192\.0\.2\.1 c\.dtk\.io/);
  expect(renderSilent(["default", "kind-a"])).toMatch(/^ExternalDNS of default, kind-a has not called yet/);
});
