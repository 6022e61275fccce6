/** Every policy but `sync` keeps names for ever. */
import { expect, test } from "vitest";
import { chainOf, here } from "../../../test/support/external-dns.ts";
import { judgePolicy } from "./external-dns-policy.ts";

test("sync", () => {
  expect(judgePolicy(chainOf(), here).grade).toBe("ok");
});

test.each(["upsert-only", "create-only"])("%s", (policy) => {
  const finding = judgePolicy(chainOf({ settings: { policy } }), here);
  expect(finding).toMatchObject({ grade: "warning", code: "policy-keeps-names" });
  expect(finding.message).toContain(policy);
  expect(finding.message.includes("nor changed")).toBe(policy === "create-only");
  expect(finding).toMatchObject({
    hint: "Let it remove names:",
    command: expect.stringMatching(/^helm upgrade .* --set policy=sync$/),
  });
});
