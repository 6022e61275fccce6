/** The last words of an installation tell a newcomer what is there and what to type next. */
import { describe, expect, test } from "vitest";
import type { ClusterName } from "../../records/cluster.ts";
import type { ManagedDomain } from "../../records/managed-domain.ts";
import { renderNext } from "./next.ts";

const intent = {
  domains: ["dtk.io", "my.io"] as unknown as readonly ManagedDomain[],
  cluster: "kind-a" as ClusterName,
  place: { kubeconfig: undefined, context: undefined, isHearsay: false },
  team: undefined,
};
const silent = (index: number) => ({
  path: `default/i${index}`,
  hosts: [`h${index}.dtk.io`],
  command: `kubectl annotate ingress i${index}`,
});

describe("after something was changed", () => {
  test("it says what is there, and shows an Ingress under the first domain and how to open it", () => {
    const text = renderNext({ intent, changed: true, silentIngresses: [], watch: undefined });
    expect(text).toMatch(/^ExternalDNS of kind-a is now installed and calls the server\.\n/);
    expect(text).toContain("Names under dtk.io, my.io are put into the hosts file");
    expect(text).toContain("host: foo.dtk.io");
    expect(text).toMatch(/\nThen: curl http:\/\/foo\.dtk\.io\n$/);
    expect(text).not.toContain("--context");
  });

  test("with a team server it says where the names appear", () => {
    const text = renderNext({
      intent: { ...intent, team: "http://team.example.com:5000" },
      changed: true,
      silentIngresses: [],
      watch: undefined,
    });
    expect(text).toContain("are the team's as Ingresses come and go, on every desktop that joined it");
    expect(text).not.toContain("hosts file");
  });

  test("the command names the kubeconfig and the context that were used", () => {
    const place = { ...intent.place, kubeconfig: "k.yaml", context: "kind-a" };
    const text = renderNext({ intent: { ...intent, place }, changed: true, silentIngresses: [], watch: undefined });
    expect(text).toContain("kubectl --kubeconfig k.yaml --context kind-a");
  });
});

test("after nothing was changed it says so, and teaches nothing", () => {
  const text = renderNext({ intent, changed: false, silentIngresses: [], watch: undefined });
  expect(text).toContain("nothing was changed");
  expect(text).not.toContain("curl");
});

test("a watcher that feeds the cluster too is named, with the command that ends its feed", () => {
  const watch = { cluster: "kind-a", user: "ann" };
  const text = renderNext({ intent, changed: false, silentIngresses: [], watch });
  expect(text).toContain("The watcher of ann feeds this cluster as kind-a. One feed is enough.");
  expect(text).toContain("\n  sudo hostsfile-server clear --cluster kind-a\n");
});

describe("Ingresses that ExternalDNS passes over", () => {
  test("are listed by the command that changes it", () => {
    const text = renderNext({ intent, changed: false, silentIngresses: [silent(1), silent(2)], watch: undefined });
    expect(text).toContain("\n  kubectl annotate ingress i1\n  kubectl annotate ingress i2\n");
    expect(text).not.toContain("more");
  });

  test("are counted beyond ten", () => {
    const all = Array.from({ length: 13 }, (_, index) => silent(index));
    const text = renderNext({ intent, changed: false, silentIngresses: all, watch: undefined });
    expect(text.match(/ {2}kubectl annotate/g)).toHaveLength(10);
    expect(text).toContain("\n  and 3 more\n");
  });
});
