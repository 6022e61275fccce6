/** A URL is read as it was made, and never shown with its token. */
import { expect, test } from "vitest";
import { defaultCluster, parseClusterName } from "../records/cluster.ts";
import { readWebhookURL, webhookURL } from "./webhook.ts";

const [kind = defaultCluster] = [parseClusterName("kind-a")];

test.each([
  { host: "192.168.122.1", port: 5000, cluster: defaultCluster, hasToken: false },
  { host: "192.168.122.1", port: 5000, cluster: kind, hasToken: true },
  { host: "fd00:122::1", port: 80, cluster: kind, hasToken: false },
  { host: "host.docker.internal", port: 5001, cluster: defaultCluster, hasToken: true },
])("%j", (options) => {
  expect(readWebhookURL(webhookURL(options))).toMatchObject(options);
});

test.each([
  { text: "http://a/clusters/kind-a/", expected: { cluster: "kind-a", port: 80 } },
  { text: "https://a", expected: { cluster: "default", port: 443 } },
  { text: "http://a:5000/records", expected: { cluster: undefined } },
  { text: "http://a:5000/clusters/A_B", expected: { cluster: undefined } },
  { text: "http://u:secret@a:5000/clusters/x", expected: { hasToken: true, shown: "http://a:5000/clusters/x" } },
])("$text", ({ text, expected }) => {
  expect(readWebhookURL(text)).toMatchObject(expected);
});

test("what is not a URL", () => {
  expect(readWebhookURL("192.168.122.1:5000")).toBeUndefined();
});
