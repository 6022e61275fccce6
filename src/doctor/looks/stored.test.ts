/** What is stored is asked of the cluster's own path. */
import { expect, test } from "vitest";
import { isStored } from "./stored.ts";

const records = JSON.stringify([{ dnsName: "Foo.dtk.io.", recordType: "CNAME" }, { dnsName: "b.dtk.io" }]);

test.each([
  { cluster: "default", path: "/records" },
  { cluster: "kind-a", path: "/clusters/kind-a/records" },
])("$cluster is asked at $path", async ({ cluster, path }) => {
  const asked: string[] = [];
  const ask = async (at: string): Promise<string> => {
    asked.push(at);
    return records;
  };
  expect(await isStored({ ask }, cluster, "foo.dtk.io")).toBe(true);
  expect(await isStored({ ask }, cluster, "c.dtk.io")).toBe(false);
  expect(asked).toEqual([path, path]);
});

test("no server has nothing", async () => {
  expect(await isStored({ ask: async () => undefined }, "default", "foo.dtk.io")).toBe(false);
});
