/** What the server says of itself is taken over, but for what other checks look at more closely. */
import { expect, test } from "vitest";
import { judgeAttention } from "./server-attention.ts";

const trouble = (code: string) => ({ code, message: "It is.", hint: "Do." });

test.each([
  { code: "no-cluster-ip", grade: "problem" },
  { code: "no-managed-domain", grade: "problem" },
  { code: "state-damaged", grade: "problem" },
  { code: "store-full", grade: "problem" },
  { code: "external-dns-silent", grade: "warning" },
  { code: "restart-external-dns", grade: "warning" },
])("$code is a $grade", ({ code, grade }) => {
  expect(judgeAttention([trouble(code)])).toEqual([{ grade, ...trouble(code) }]);
});

test.each(["hosts-file-permission", "name-is-yours"])("%s is another check's", (code) =>
  expect(judgeAttention([trouble(code)])).toMatchObject([{ grade: "ok" }]),
);
