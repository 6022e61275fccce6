/** Managed domains hold on label borders. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { isManaged, parseManagedDomain } from "./managed-domain.ts";

function domains(...texts: string[]): Set<NonNullable<ReturnType<typeof parseManagedDomain>>> {
  return new Set(texts.map((text) => parseManagedDomain(text)).filter((domain) => domain !== undefined));
}

test.each([
  ["dtk.io", "dtk.io", true],
  ["foo.dtk.io", "dtk.io", true],
  ["a.b.dtk.io", "DTK.io.", true],
  ["*.w.dtk.io", "dtk.io", true],
  ["_x.dtk.io", "dtk.io", true],
  ["evildtk.io", "dtk.io", false],
  ["dtk.io.evil.com", "dtk.io", false],
  ["io", "dtk.io", false],
  ["foo.test", "test", true],
  ["a.bücher.io", "xn--bcher-kva.io", true],
  ["a.xn--bcher-kva.io", "bücher.io", true],
  ["*.bücher.io", "xn--bcher-kva.io", true],
])("whether %j is managed by %j: %s", (name, domain, expected) => {
  expect(isManaged(name, domains(domain))).toBe(expected);
});

test("nothing is managed without domains", () => {
  expect(isManaged("foo.dtk.io", domains())).toBe(false);
});

test.each(["", " ", ".", "*.dtk.io", "a_b.io", "dtk.io/x", "1.2.3.4", "dtk..io"])(
  "%j is not a managed domain",
  (text) => {
    expect(parseManagedDomain(text)).toBeUndefined();
  },
);

test("a name is managed exactly when it is the domain or ends in a dot and the domain", () => {
  fc.assert(
    fc.property(fc.domain(), fc.domain(), fc.constantFrom("", ".", "x", "x."), (name, domain, joint) => {
      const candidate = `${joint === "" ? "" : name}${joint}${domain}`.toLowerCase();
      const lower = domain.toLowerCase();
      expect(isManaged(candidate, domains(domain))).toBe(candidate === lower || candidate.endsWith(`.${lower}`));
    }),
  );
});
