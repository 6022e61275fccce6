/** Each fault on the side of ExternalDNS and the cluster is made for real; doctor names it first, and its advice repairs it. */
import assert from "node:assert/strict";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Report, reportSchema } from "../../src/doctor/report.ts";
import {
  type BridgedDesktop,
  bringUp,
  chartPlace,
  machineAddress,
  openBridgedDesktop,
} from "../cluster/bridged-desktop.ts";
import { eventually } from "../cluster/eventually.ts";
import { type Program, run } from "../cluster/program.ts";
import { missingTools } from "../cluster/tools.ts";
import { chainFaults } from "../support/faults.ts";
import { nodeName } from "../cluster/whole-cluster.ts";

const missing = missingTools();

type Code = (typeof chainFaults)[number]["code"];

/** How a fault is made; how its fix is done, unless the command is typed as it is printed; what is put back afterwards. */
interface Play {
  readonly code: Code;
  readonly make: () => Promise<unknown>;
  readonly repair?: (command: string) => Promise<unknown>;
  readonly after?: () => Promise<unknown>;
}

type Finding = Report["checks"][number]["findings"][number];

const serve = "sudo ./hostsfile-server --port=5000";
const adminToken = "/etc/hostsfile-server/token";
const upgrade = `helm upgrade external-dns external-dns ${chartPlace} --reuse-values`;
const moved = "192.168.122.200";

describe.skipIf(missing !== undefined)(`doctor (${missing ?? "all tools are there"})`, () => {
  const opened = new AsyncDisposableStack();
  let desktop: BridgedDesktop;
  let way: AsyncDisposable;
  let controller: Program;

  const type = async (code: string): Promise<string> => desktop.terminal.type(code);
  const patchArgs = async (...operations: readonly object[]): Promise<string> =>
    type(`kubectl -n external-dns patch deployment external-dns --type=json -p '${JSON.stringify(operations)}'`);
  const arg = (value: string): object => ({ op: "add", path: "/spec/template/spec/containers/0/args/-", value });

  const look = async (): Promise<readonly Finding[]> => {
    const report = reportSchema.parse(JSON.parse(await type("sudo hostsfile-server doctor --json || true")));
    const findings = report.checks.flatMap((check) => check.findings);
    return findings.filter(({ grade }) => grade === "problem" || grade === "warning");
  };

  beforeAll(async () => {
    desktop = opened.use(await openBridgedDesktop());
    way = await desktop.connectAPI();
    opened.defer(async () => way[Symbol.asyncDispose]());
    controller = await desktop.startController();
    await bringUp(desktop, serve);
    await eventually(async () => assert.deepEqual(await look(), []));
  });

  afterAll(async () => opened.disposeAsync());

  const machine = async (script: string): Promise<string> => run([...desktop.machine.enter, "sh", "-ec", script]);

  const plays: readonly Play[] = [
    {
      code: "policy-keeps-names",
      make: async () => type(`${upgrade} --set policy=upsert-only`),
    },
    {
      code: "annotation-prefix-differs",
      make: async () => type(`${upgrade} --set annotationPrefix=external-dns.kubernetes.io/`),
    },
    {
      code: "webhook-elsewhere",
      make: async () => type(`${upgrade} --set extraArgs.webhook-provider-url=http://192.168.122.9:5000`),
    },
    {
      code: "webhook-token-missing",
      make: async () => {
        await type(`sudo mkdir -p /etc/hostsfile-server && (umask 077; openssl rand -hex 32 > ${adminToken})`);
        await desktop.terminal.serve(`${serve} --token-file=${adminToken}`);
      },
    },
    {
      code: "webhook-wrong-token",
      make: async () => {
        const secret = "kubectl -n external-dns create secret generic hosts-webhook --dry-run=client -o yaml";
        await type(`${secret} --from-literal=token=wrong | kubectl apply -f -`);
        await type("kubectl -n external-dns rollout restart deployment external-dns");
      },
    },
    {
      code: "server-elsewhere",
      make: async () => desktop.terminal.serve(`${serve} --token-file=${adminToken} --host=127.0.0.1`),
      repair: async (command) => desktop.terminal.serve(`${command} --token-file=${adminToken}`),
    },
    {
      code: "firewall-blocks",
      make: async () => {
        await type("nft add table inet filter");
        await type("nft 'add chain inet filter input { type filter hook input priority 0; policy accept; }'");
        await type("nft add rule inet filter input iifname virbr0 tcp dport 5000 drop");
      },
      after: async () => type("nft delete table inet filter"),
    },
    {
      code: "external-dns-scaled-down",
      make: async () => type("kubectl -n external-dns scale deployment external-dns --replicas=0"),
    },
    {
      code: "restart-external-dns",
      make: async () =>
        type(`curl -fsS -H "Authorization: Bearer $(cat ${adminToken})" -d more.io http://localhost:5000/domains`),
    },
    {
      code: "image-not-pulled",
      make: async () => {
        desktop.cluster.kubelet.refuseImages(true);
        await type("kubectl -n external-dns rollout restart deployment external-dns");
      },
      repair: async () => desktop.cluster.kubelet.refuseImages(false),
    },
    {
      code: "ingress-without-target",
      make: async () => type("kubectl annotate ingress test external-dns.alpha.kubernetes.io/target-"),
    },
    {
      code: "ingress-class-unknown",
      make: async () => type(`kubectl patch ingress test -p '{"spec":{"ingressClassName":"traefik"}}'`),
    },
    {
      code: "cluster-ip-closed",
      make: async () => controller.stop(),
      repair: async (command) => {
        await type(command);
        controller = await desktop.startController();
      },
    },
    {
      code: "cluster-ip-moved",
      make: async () => {
        await controller.stop();
        await machine(`ip address del ${machineAddress}/24 dev eth0; ip address add ${moved}/24 dev eth0`);
        const addresses = [{ type: "InternalIP", address: moved }];
        const patch = JSON.stringify({ status: { addresses } });
        await type(`kubectl patch node ${nodeName} --subresource=status --type=strategic -p '${patch}'`);
        controller = await desktop.startController(moved);
      },
    },
    {
      code: "cluster-unreachable",
      make: async () => way[Symbol.asyncDispose](),
      repair: async () => {
        way = await desktop.connectAPI();
      },
    },
    {
      code: "sources-without-ingress",
      make: async () => {
        const args = await type("kubectl -n external-dns get deployment external-dns -o json");
        const { spec } = JSON.parse(args) as { spec: { template: { spec: { containers: { args: string[] }[] } } } };
        const index = spec.template.spec.containers[0]?.args.indexOf("--source=ingress") ?? 0;
        await patchArgs({
          op: "replace",
          path: `/spec/template/spec/containers/0/args/${index}`,
          value: "--source=service",
        });
      },
    },
    { code: "domain-filtered-out", make: async () => patchArgs(arg("--domain-filter=more.io")) },
    { code: "owner-changed", make: async () => patchArgs(arg("--txt-owner-id=somebody")) },
    { code: "external-dns-flags", make: async () => patchArgs(arg("--no-such-flag=1")) },
  ];

  test.each(plays)("$code", async ({ code, make, repair = type, after }) => {
    await make();
    const first = await eventually(async () => {
      const [found] = await look();
      expect(found?.code).toBe(code);
      return found;
    });
    expect(first?.message).not.toMatch(/undefined|NaN/);
    await repair(first?.command ?? "");
    await eventually(async () => expect(await look()).toEqual([]));
    await after?.();
  });

  test("every fault of the documentation's table is here", () => {
    expect(plays.map(({ code }) => code).toSorted()).toEqual(chainFaults.map(({ code }) => code).toSorted());
  });
});
