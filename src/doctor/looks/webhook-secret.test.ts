/** The commands lead from no token to one that is in no manifest. */
import { expect, test } from "vitest";
import { externalDNSOf, here } from "../../../test/support/external-dns.ts";
import { defaultCluster } from "../../records/cluster.ts";
import { secretCommand, tokenCommand } from "./webhook-secret.ts";

const url = { host: "192.168.122.1", port: 5000, cluster: defaultCluster };
const secret =
  'kubectl -n external-dns create secret generic hosts-webhook --dry-run=client -o yaml --from-literal=token="$(sudo hostsfile-server token --cluster default)" | kubectl apply -f -';

test("the Secret that is there", () => {
  const from = { name: "hosts-webhook", key: "token" };
  expect(secretCommand(here, "external-dns", from, defaultCluster)).toBe(secret);
});

test("Helm gets variable and URL in one upgrade", () => {
  const command = tokenCommand(here, externalDNSOf(), url);
  expect(command.startsWith(`${secret} && helm upgrade external-dns `)).toBe(true);
  expect(command).toContain("--set 'extraArgs.webhook-provider-url=http://default:$(TOKEN)@192.168.122.1:5000'");
  expect(command).toContain(
    `--set-json 'env=[{"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"hosts-webhook","key":"token"}}}]'`,
  );
});

test("a manifest is changed in two steps", () => {
  const command = tokenCommand(here, externalDNSOf({ origin: { kind: "manifest" } }), url);
  expect(command).toMatch(
    / && kubectl .* set env deployment external-dns --from=secret\/hosts-webhook && kubectl .* patch /,
  );
  expect(command).toContain("--webhook-provider-url=http://default:$(TOKEN)@192.168.122.1:5000");
});

test("dtk does it all", () => {
  expect(tokenCommand(here, externalDNSOf({ origin: { kind: "dtk" } }), url)).toBe(
    "sudo dtk install-addon external-dns",
  );
});
