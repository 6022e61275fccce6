/** What feeds a cluster is compared with what the configuration says, and two feeds are one too many. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { externalDNSFeed, watchFeed } from "../../records/feed.ts";
import { clusterFeed, judgeFeeds } from "./cluster-feed.ts";

const watch = { cluster: "kind-a", user: "ann" };

test.each([
  [externalDNSFeed, undefined, true, "ok", "It is left to ExternalDNS; no watcher feeds it."],
  [externalDNSFeed, undefined, false, "ok", "It is left to ExternalDNS; no watcher feeds it."],
  [externalDNSFeed, watch, false, "ok", "The watcher of ann feeds this cluster as kind-a."],
  [watchFeed, watch, false, "ok", "The watcher of ann feeds this cluster as kind-a."],
  [
    watchFeed,
    undefined,
    false,
    "problem",
    "dns.feed is watch in the configuration, but no watcher feeds this cluster.",
  ],
  [watchFeed, undefined, true, "problem", "dns.feed is watch in the configuration, but no watcher feeds this cluster."],
] as const)("%s wanted, watcher %j, ExternalDNS %j: %s", (wanted, found, hasExternalDNS, grade, message) => {
  expect(judgeFeeds({ wanted, watch: found, hasExternalDNS })).toMatchObject({ grade, message });
});

test.each([watchFeed, externalDNSFeed])(
  "both are a warning with the command that ends ExternalDNS (%s wanted)",
  (wanted) => {
    expect(judgeFeeds({ wanted, watch, hasExternalDNS: true })).toMatchObject({
      grade: "warning",
      code: "fed-twice",
      command: "dtk uninstall-addon external-dns",
    });
  },
);

test("the check asks for nothing that is not known", async () => {
  const check = clusterFeed({ wanted: watchFeed, watch, hasExternalDNS: false });
  expect(await check.run(bareDesktop())).toEqual([judgeFeeds({ wanted: watchFeed, watch, hasExternalDNS: false })]);
});
