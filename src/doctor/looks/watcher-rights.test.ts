/** What a watcher needs is compared with what holds in the whole cluster and in the namespaces that it follows. */
import { expect, test } from "vitest";
import { bareDesktop } from "../../../test/support/doctor-desktop.ts";
import { clusterOf, watchOf } from "../../../test/support/status.ts";
import { wholeCluster } from "../../kubernetes/rights.ts";
import { currentUserName } from "../../platform/user.ts";
import { findGaps, lookAtRights } from "./watcher-rights.ts";

const kindOf = (kind: string, group: string, ...namespaces: string[]) => {
  return { kind, group, version: "v1", namespaces, state: "live", objects: 0, lastEvent: null };
};
const ingress = (...namespaces: string[]) => kindOf("Ingress", "networking.k8s.io", ...namespaces);
const service = (...namespaces: string[]) => kindOf("Service", "", ...namespaces);
const all = [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }];
const listing = [{ verbs: ["get", "list"], apiGroups: ["*"], resources: ["*"] }];
const none = { forbidden: [], unwatched: [], narrow: [], isIdentityHidden: false, areDefinitionsHidden: false };
const hidden = { isIdentityHidden: true, areDefinitionsHidden: true };
const rules = (given: Readonly<Record<string, typeof all>>) => new Map(Object.entries(given));

test("every right", () => {
  expect(findGaps([ingress(), service("a")], rules({ [wholeCluster]: all, "kube-system": all, a: all }))).toEqual(none);
});

test("those of one namespace, and of another", () => {
  const own = rules({ [wholeCluster]: [], "kube-system": [], a: all });
  const narrow = [{ kind: "Ingress v1", namespaces: ["a"] }];
  expect(findGaps([ingress("a"), service("b")], own)).toEqual({
    ...none,
    ...hidden,
    narrow,
    forbidden: ["Service v1"],
  });
});

test("to list without watching, and none", () => {
  const lists = rules({ [wholeCluster]: listing, "kube-system": listing });
  expect(findGaps([ingress()], lists)).toEqual({ ...none, unwatched: ["Ingress v1"], areDefinitionsHidden: true });
  expect(findGaps([ingress()], new Map())).toEqual({ ...none, ...hidden, forbidden: ["Ingress v1"] });
});

test("a kind of a newer watcher is not judged", () => {
  expect(findGaps([kindOf("Wish", "example.org")], new Map())).toEqual({ ...none, ...hidden });
});

test("nobody else's rights are taken for the watcher's", async () => {
  const watch = { user: currentUserName(), uid: "1", kinds: [ingress()] };
  const cluster = (given: object) => ({ ...clusterOf(), watch: watchOf({ ...watch, ...given }) });
  const desktop = (uid: string) =>
    bareDesktop({
      kubernetes: async (context) => ({
        server: `https://${context}`,
        send: async () => JSON.stringify({ status: { resourceRules: all, incomplete: false } }),
        read: async () => ({ metadata: { uid } }) as never,
      }),
    });
  expect(await lookAtRights(desktop("1"), cluster({}))).toEqual(none);
  expect(await lookAtRights(desktop("2"), cluster({}))).toBeUndefined();
  expect(await lookAtRights(desktop("1"), cluster({ user: "another" }))).toBeUndefined();
  expect(await lookAtRights(bareDesktop(), cluster({}))).toBeUndefined();
});
