/** The flags of `watch`: what each takes, what it refuses, and how several of one count. */
import { describe, expect, test } from "vitest";
import { TroubleError } from "../../base/trouble.ts";
import { type FlagValues, readSettings } from "../setting.ts";
import { watchSettings } from "./watch-settings.ts";

function read(flags: FlagValues, environment: Record<string, string> = {}) {
  return readSettings(watchSettings, { program: "hostsfile-server", flags, words: [], environment }).given;
}

test("nothing given is nothing", () => {
  expect(Object.values(read({})).filter((value) => value !== undefined)).toEqual([]);
});

test.each<[FlagValues, keyof typeof watchSettings, unknown]>([
  [{ context: ["kind-a", "kind-b"] }, "context", ["kind-a", "kind-b"]],
  [{ context: ["kind-a,kind-b"] }, "context", ["kind-a", "kind-b"]],
  [{ allContexts: true }, "allContexts", true],
  [{ kubeconfig: "some/where" }, "kubeconfig", "some/where"],
  [{ domains: "dtk.io, MyDomain.io." }, "domains", ["dtk.io", "mydomain.io"]],
  [{ targets: "auto" }, "targets", "auto"],
  [{ targets: "record" }, "targets", "record"],
  [{ namespace: ["shop", "web"] }, "namespace", ["shop", "web"]],
  [{ class: "nginx" }, "class", ["nginx"]],
  [{ once: true, dryRun: true, json: true }, "once", true],
  [{ printRbac: true }, "printRBAC", true],
])("%j gives %s", (flags, key, expected) => {
  expect(read(flags)[key]).toEqual(expected);
});

test("the environment has a twin of each flag, with a comma list for what may be repeated", () => {
  const environment = { HOSTSFILE_SERVER_CONTEXT: "kind-a,kind-b", HOSTSFILE_SERVER_ONCE: "1" };
  expect(read({}, environment)).toMatchObject({ context: ["kind-a", "kind-b"], once: true });
  expect(read({ context: ["kind-c"] }, environment).context).toEqual(["kind-c"]);
});

describe("what is refused", () => {
  test.each<[FlagValues, string]>([
    [{ domains: "*.dtk.io" }, '--domains: "*.dtk.io" is not a domain name, for example dtk.io'],
    [{ context: [""] }, '--context: "" is not the name of a context.'],
    [{ namespace: [" , "] }, '--namespace: "" is not the name of a namespace.'],
    [{ class: [""] }, '--class: "" is not the name of an Ingress class.'],
    [{ targets: "both" }, '--targets: "both" is not one of auto, cluster, record'],
  ])("%j: %s", (flags, sentence) => {
    expect(() => read(flags)).toThrow(TroubleError);
    expect(() => read(flags)).toThrow(sentence);
  });
});
