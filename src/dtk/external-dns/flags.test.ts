/** Flags are read as ExternalDNS's process reads them. */
import { expect, test } from "vitest";
import { fillIn, readFlags } from "./flags.ts";

function read(parameters: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  return Object.fromEntries(readFlags({ parameters, environment }));
}

test.each([
  { case: "with an equals sign", parameters: ["--policy=sync"], expected: { policy: ["sync"] } },
  { case: "with a blank", parameters: ["--policy", "sync"], expected: { policy: ["sync"] } },
  { case: "without a value", parameters: ["--events", "--once"], expected: { events: [""], once: [""] } },
  {
    case: "repeated",
    parameters: ["--source=ingress", "--source=service"],
    expected: { source: ["ingress", "service"] },
  },
  { case: "blanks around", parameters: ["--provider=webhook "], expected: { provider: ["webhook"] } },
  { case: "words that are not flags", parameters: ["external-dns", "-v", "--Upper=1"], expected: {} },
  { case: "a value with an equals sign", parameters: ["--label-filter=a=b"], expected: { "label-filter": ["a=b"] } },
])("$case", ({ parameters, expected }) => {
  expect(read(parameters)).toEqual(expected);
});

test("the environment has twins, and flags win", () => {
  const environment = { EXTERNAL_DNS_POLICY: "sync", EXTERNAL_DNS_SOURCE: "ingress\nservice", OTHER: "x" };
  expect(read([], environment)).toEqual({ policy: ["sync"], source: ["ingress", "service"] });
  expect(read(["--source=crd"], environment)).toMatchObject({ source: ["crd"] });
});

test("variables are filled in, unknown ones stay", () => {
  expect(read(["--webhook-provider-url=http://a:$(TOKEN)@b"], { TOKEN: "t" })).toEqual({
    "webhook-provider-url": ["http://a:t@b"],
  });
  expect(fillIn("$(A)$(B)", { A: "1" })).toBe("1$(B)");
});
