/** Only a name that the hosts file does not hold proves that the resolver asks the server. */
import { expect, test } from "vitest";
import { chooseCanary } from "./canary.ts";

const base = { addresses: ["10.0.0.1"], cluster: "default", resource: null, since: null };
const plain = { ...base, name: "foo.dtk.io", sinks: ["hosts-file", "dns"] };
const underscored = { ...base, name: "_x.dtk.io", sinks: ["dns"] };
const wildcard = { ...base, name: "*.apps.dtk.io", sinks: ["dns"] };

test.each([
  ["a new name below a wildcard", [plain, underscored, wildcard], "label.apps.dtk.io"],
  ["else a name that it cannot hold", [plain, underscored], "_x.dtk.io"],
  ["none where it has every name", [plain], undefined],
  ["none without an address", [{ ...wildcard, addresses: [] }], undefined],
  ["none that nobody shows", [{ ...wildcard, sinks: [] }], undefined],
])("%s", (_, names, expected) => {
  expect(chooseCanary(names, "label")?.name).toBe(expected);
});
