/** The commands that bring a cluster's webhook token into the Secret from which ExternalDNS has it. */
import { renderChange } from "../../dtk/external-dns/change.ts";
import type { ExternalDNS, SecretReference } from "../../dtk/external-dns/find.ts";
import { webhookURL } from "../../contract/webhook.ts";
import { type ClusterName } from "../../records/cluster.ts";
import { renderCommand } from "../../base/shell.ts";
import type { Desktop } from "../check.ts";
import { kubectl } from "./cluster-looks.ts";
import { platform } from "../../platform/current.ts";

type Place = Pick<Desktop, "place">;

/** The names that the guide uses. */
const usual = { variable: "TOKEN", from: { name: "hosts-webhook", key: "token" } } as const;

/** Writes the cluster's own token, whether the Secret is there or not. */
export function secretCommand(
  desktop: Place,
  namespace: string,
  secret: SecretReference,
  cluster: ClusterName,
): string {
  const { name, key } = secret;
  const words = ["-n", namespace, "create", "secret", "generic", name, "--dry-run=client", "-o", "yaml"];
  const token = `"$(${platform.commands.asRoot(`hostsfile-server token --cluster ${cluster}`)})"`;
  return `${kubectl(desktop, ...words)} --from-literal=${key}=${token} | ${kubectl(desktop, "apply", "-f", "-")}`;
}

/** Makes the Secret, the variable and the URL with the variable, for an ExternalDNS that has none of them. */
export function tokenCommand(
  desktop: Place,
  externalDNS: ExternalDNS,
  url: { readonly host: string; readonly port: number; readonly cluster: ClusterName },
): string {
  const { origin, namespace, name } = externalDNS;
  if (origin.kind === "dtk") return platform.commands.asRoot("dtk install-addon external-dns");
  const flag = "webhook-provider-url";
  const value = webhookURL({ ...url, hasToken: true });
  const change = renderChange(
    externalDNS,
    { flag, values: [value], chartValue: `extraArgs.${flag}=${value}` },
    desktop.place,
  );
  const secret = secretCommand(desktop, namespace, usual.from, url.cluster);
  if (origin.kind === "helm") {
    const env = JSON.stringify([{ name: usual.variable, valueFrom: { secretKeyRef: usual.from } }]);
    return `${secret} && ${change} ${renderCommand(["--set-json", `env=${env}`])}`;
  }
  // Names the variable like the key, in capitals.
  const variable = kubectl(
    desktop,
    "-n",
    namespace,
    "set",
    "env",
    "deployment",
    name,
    `--from=secret/${usual.from.name}`,
  );
  return `${secret} && ${variable} && ${change}`;
}
