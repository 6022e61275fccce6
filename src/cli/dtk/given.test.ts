/** A value goes to the configuration with the flag or variable that it came from, so that an error can name it. */
import { expect, test } from "vitest";
import { readSettings } from "../setting.ts";
import { givenValues } from "./given.ts";
import { valueSettings } from "./settings.ts";

function given(flags: Readonly<Record<string, string>>, environment: Readonly<Record<string, string>> = {}) {
  const read = readSettings(valueSettings, { program: "dtk", flags, words: [], environment });
  return givenValues(read.given, read.sources);
}

test("each comes with its source, flag before variable", () => {
  const environment = { DTK_CLUSTER: "kind-b", DTK_HOST_IP: "192.0.2.1" };
  expect(given({ cluster: "kind-a", clusterIp: "192.0.2.7" }, environment)).toEqual({
    kubeconfig: undefined,
    cluster: { value: "kind-a", source: "--cluster" },
    clusterIPs: { value: ["192.0.2.7"], source: "--cluster-ip" },
    hostIP: { value: "192.0.2.1", source: "DTK_HOST_IP" },
    targets: undefined,
    tokenFile: undefined,
  });
});

test("nothing given is nothing, so that the file decides", () => {
  expect(Object.values(given({})).filter((value) => value !== undefined)).toEqual([]);
});

test.each([
  ["kubeconfig", { kubeconfig: "k.yaml" }, "--kubeconfig"],
  ["targets", { targets: "record" }, "--targets"],
  ["tokenFile", { tokenFile: "token" }, "--token-file"],
] as const)("%s is handed over", (key, flags, source) => {
  expect(given(flags)[key]).toEqual({ value: Object.values(flags)[0], source });
});
