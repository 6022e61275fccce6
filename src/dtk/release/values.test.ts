/** The values follow from what was found out, and hold no token; what the charts make of them is in test/e2e/dtk-values.test.ts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { defaultCluster, parseClusterName } from "../../records/cluster.ts";
import type { ChartShape } from "./chart.ts";
import { type ValuesOptions, makeValues, ownerId, renderValues } from "./values.ts";
import { webhookURL } from "../../contract/webhook.ts";

const kindA = parseClusterName("kind-a") ?? expect.fail();

const chart: ChartShape = {
  version: "1.20.0",
  appVersion: "0.20.0",
  extraArgs: "map",
  hasAnnotationPrefix: true,
  hasServiceSwitch: false,
  sidecarKeys: ["image", "env"],
};

const options: ValuesOptions = {
  chart,
  cluster: kindA,
  url: "http://192.168.122.1:5000/clusters/kind-a",
  hasToken: false,
  sources: ["ingress"],
  readAtStart: [],
};

describe("values", () => {
  test("without a token, as text", () => {
    expect(renderValues(options)).toBe(`provider:
  name: webhook
  webhook:
    image: null
    env: null
sources:
  - ingress
policy: sync
registry: txt
txtOwnerId: dtk-kind-a
interval: 2s
logLevel: warning
annotationPrefix: external-dns.alpha.kubernetes.io/
extraArgs:
  webhook-provider-url: http://192.168.122.1:5000/clusters/kind-a
`);
  });

  test("with a token it comes from the Secret through the environment", () => {
    expect(makeValues({ ...options, hasToken: true })).toMatchObject({
      env: [{ name: "TOKEN", valueFrom: { secretKeyRef: { name: "hostsfile-server-webhook", key: "token" } } }],
    });
  });

  test("older charts get a list of arguments, and newer ones no Service", () => {
    expect(makeValues({ ...options, chart: { ...chart, extraArgs: "list" } })).toMatchObject({
      extraArgs: ["--webhook-provider-url=http://192.168.122.1:5000/clusters/kind-a"],
    });
    expect(makeValues({ ...options, chart: { ...chart, hasServiceSwitch: true } })).toMatchObject({
      service: { enabled: false },
    });
  });

  test.each([
    [["ingress", "gateway-httproute"], undefined],
    [["ingress", "service"], "A AAAA CNAME SRV"],
    [["ingress", "crd"], "A AAAA CNAME TXT SRV MX NAPTR PTR NS DNAME"],
    [["service", "crd"], "A AAAA CNAME SRV TXT MX NAPTR PTR NS DNAME"],
  ] as const)("the sources %j need the types %j", (sources, types) => {
    const wanted = types?.split(" ");
    expect(makeValues({ ...options, sources })["managedRecordTypes"]).toEqual(wanted);
    expect(makeValues({ ...options, sources, chart: { ...chart, extraArgs: "list" } })["extraArgs"]).toEqual([
      "--webhook-provider-url=http://192.168.122.1:5000/clusters/kind-a",
      ...(wanted ?? []).map((type) => `--managed-record-types=${type}`),
    ]);
  });

  test("a chart that does not know the prefix is not told it", () => {
    expect(makeValues({ ...options, chart: { ...chart, hasAnnotationPrefix: false } })).not.toHaveProperty(
      "annotationPrefix",
    );
  });

  test("the text says what the values are, whatever the sources, and never what is read at the start", () => {
    const secret = fc.stringMatching(/^[\w-]{43}$/);
    const sources = fc.subarray(["ingress", "service", "gateway-httproute", "crd"] as const);
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 3 }), sources, fc.boolean(), (readAtStart, watched, hasToken) => {
        const given = { ...options, readAtStart, sources: watched, hasToken };
        const text = renderValues(given);
        expect(parse(text)).toEqual(makeValues(given));
        expect(readAtStart.filter((each) => text.includes(each))).toEqual([]);
      }),
    );
  });

  test("the pod's annotation changes when, and only when, what is read at the start changes", () => {
    const annotations = (...readAtStart: readonly string[]): unknown =>
      makeValues({ ...options, readAtStart })["podAnnotations"];
    expect(annotations()).toBeUndefined();
    expect(annotations("token", "dtk.io")).toEqual(annotations("token", "dtk.io"));
    expect(annotations("token", "dtk.io")).not.toEqual(annotations("token", "my.io"));
    expect(annotations("a", "b")).not.toEqual(annotations("ab"));
  });
});

test("the owner's id follows from the cluster's name alone", () => {
  expect([ownerId(defaultCluster), ownerId(kindA)]).toEqual(["dtk-default", "dtk-kind-a"]);
});

test.each([
  ["192.168.122.1", defaultCluster, false, "http://192.168.122.1:5000"],
  ["192.168.122.1", defaultCluster, true, "http://default:$(TOKEN)@192.168.122.1:5000"],
  ["fd00::1", kindA, false, "http://[fd00::1]:5000/clusters/kind-a"],
  ["host.docker.internal", kindA, true, "http://kind-a:$(TOKEN)@host.docker.internal:5000/clusters/kind-a"],
])("the URL for %s, cluster %s, token %s", (host, cluster, hasToken, expected) => {
  expect(webhookURL({ host, port: 5000, cluster, hasToken })).toBe(expected);
});
