/** The Ingress that dtk prints is the guide's, for the user's own domain and cluster. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { guideIngress } from "../../test/cluster/resources.ts";
import { renderGuideIngress } from "./guide-ingress.ts";

test("pasted into a shell it hands the guide's Ingress to kubectl", () => {
  const text = renderGuideIngress({ host: "foo.dtk.io", ingressClass: "nginx", kubectl: ["cat", "-"] });
  const fake = text.replace("cat - -n default apply -f -", "cat");
  expect(fake).not.toBe(text);
  expect(execFileSync("sh", ["-c", fake], { encoding: "utf8" })).toBe(guideIngress);
});

test("kubectl leads to the user's cluster", () => {
  const text = renderGuideIngress({
    host: "foo.my.io",
    ingressClass: "traefik",
    kubectl: ["kubectl", "--kubeconfig", "/home/me/my config", "--context", "kind-a"],
  });
  expect(text).toContain(
    "cat <<EOF | kubectl --kubeconfig '/home/me/my config' --context kind-a -n default apply -f -\n",
  );
  expect(text).toMatch(/target: foo\.my\.io\n[\s\S]*ingressClassName: traefik\n[\s\S]*host: foo\.my\.io\n/);
});
