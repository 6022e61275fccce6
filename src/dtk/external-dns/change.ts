/** The command that changes a setting of an ExternalDNS, in the way in which it was installed. Pure. */
import { ownRepository } from "../release/chart-source.ts";
import { renderCommand } from "../../base/shell.ts";
import { type ClusterPlace, helmPlace, kubectlWords } from "../../kubernetes/place.ts";
import type { ExternalDNS } from "./find.ts";

/** One flag of ExternalDNS, and the value of its chart that makes it. */
export interface Change {
  readonly flag: string;
  /** Every value that the flag is to have; none removes it. */
  readonly values: readonly string[];
  /** What Helm takes, as in `policy=sync`. */
  readonly chartValue: string;
  /** Whether the chart value is JSON (helm upgrade --set-json). */
  readonly isJSON?: true;
}

/**
 * Renders the command that makes a change.
 *
 * @param place - how the cluster was named, so that the command leads to the same one
 */
export function renderChange(externalDNS: ExternalDNS, change: Change, place: ClusterPlace): string {
  const { origin, namespace, name } = externalDNS;
  switch (origin.kind) {
    case "dtk": {
      const flags = kubectlWords(place).slice(1);
      return renderCommand(["dtk", "install-addon", "external-dns", ...flags]);
    }
    case "helm": {
      const chart = [origin.release, "external-dns", "--repo", ownRepository, "--version", origin.chartVersion];
      const where = [...helmPlace(place), "--namespace", namespace];
      const set = [change.isJSON === true ? "--set-json" : "--set", change.chartValue];
      return renderCommand(["helm", "upgrade", ...chart, ...where, "--reuse-values", ...set]);
    }
    case "manifest": {
      const patch = JSON.stringify(patchOf(externalDNS, change));
      const where = [...kubectlWords(place), "-n", namespace];
      return renderCommand([...where, "patch", "deployment", name, "--type=json", "-p", patch]);
    }
  }
}

/** A JSON patch (RFC 6902): removed from behind, so that no index moves. */
function patchOf({ container }: ExternalDNS, { flag, values }: Change): readonly object[] {
  const path = `/spec/template/spec/containers/${container.index}/args`;
  const gone = container.parameters.flatMap((word, index) => {
    if (word.startsWith(`--${flag}=`)) return [index];
    if (word !== `--${flag}`) return [];
    return container.parameters[index + 1]?.startsWith("-") === false ? [index, index + 1] : [index];
  });
  return [
    ...gone.toReversed().map((index) => ({ op: "remove", path: `${path}/${index}` })),
    ...values.map((value) => ({ op: "add", path: `${path}/-`, value: `--${flag}=${value}` })),
  ];
}
