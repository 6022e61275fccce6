/** One with a webhook counts, whatever else is there. */
import { expect, test } from "vitest";
import { externalDNSOf } from "../../../test/support/external-dns.ts";
import { clusterOf, watchOf } from "../../../test/support/status.ts";
import { judgeInstalled } from "./external-dns-installed.ts";

const ours = externalDNSOf();
const publicZone = externalDNSOf({ name: "public", settings: { provider: "aws" } });

test("ours is named with its version", () => {
  const message = "ExternalDNS v0.21.0 is installed: Deployment external-dns/external-dns.";
  expect(judgeInstalled([publicZone, ours], 5000, undefined)).toEqual({ grade: "ok", message });
  expect(judgeInstalled([externalDNSOf({ version: undefined })], 5000, undefined).message).toContain(
    "ExternalDNS is installed",
  );
});

test("of several with a webhook the one with the server's port is ours", () => {
  const other = externalDNSOf({ name: "other", settings: { webhookURL: "http://localhost:8888" } });
  expect(judgeInstalled([other, ours], 5000, undefined).message).toContain("external-dns/external-dns");
  expect(judgeInstalled([other, ours], 8888, undefined).message).toContain("external-dns/other");
});

test("none, and one for another provider", () => {
  expect(judgeInstalled([], 5000, undefined)).toMatchObject({ grade: "problem", code: "external-dns-missing" });
  expect(judgeInstalled([publicZone], 5000, undefined)).toMatchObject({
    code: "external-dns-missing",
    message: expect.stringContaining("external-dns/public is for the provider aws"),
    command: "dtk install-addon external-dns",
  });
});

test("a cluster that a watcher feeds needs none", () => {
  const watched = { ...clusterOf({ name: "kind-a" }), watch: watchOf() };
  expect(judgeInstalled([], 5000, watched)).toMatchObject({
    grade: "note",
    message: "No ExternalDNS is installed in the cluster. The watcher of ann is to feed it as kind-a.",
    isDeadEnd: true,
  });
  expect(judgeInstalled([ours], 5000, watched)).toMatchObject({ grade: "ok" });
});
